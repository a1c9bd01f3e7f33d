// A regular expression ready to run, with the literals that it cannot match without.
//
// A clause is a list of literals of which at least one is in every text that the expression matches. They come from RE2's own
// prefilter (FilteredRE2), which knows what an expression requires: looking for a few literals first is many times faster than
// running the expression over texts that it cannot match.
//
// Immutable; any number of threads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <re2/re2.h>

#include "plan/regex_length.h"

namespace sigrun {

struct CompiledRegex {
  using Clause = std::vector<std::string>;  // folded, at least one byte each

  CompiledRegex(const std::string& pattern, const RE2::Options& options);
  // `text` and the same text folded.
  bool matches(std::string_view text, std::string_view folded) const;

  RE2 regex;  // may have failed to compile: then it matches nothing
  std::vector<Clause> clauses;
  LeastMatch least;  // of any text that it matches
  // Of `.{N,}`, which asks for nothing but a long line: N. Running it takes RE2 30 ms for each KB.
  std::optional<size_t> line_length;  // code points
};

}  // namespace sigrun
