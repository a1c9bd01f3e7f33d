// Regular expressions of pipelines: RE2 syntax, used the way Python's `re` module is, which is what authors of pipelines
// have in mind: match() is tied to the start of the text, replacements know \1, \g<1>, \g<name>.
//
// Immutable; copies share the compiled expression; safe from any thread. No lookaround and no backreferences inside the
// expression: compile() says so.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/limits.h"

namespace re2 {
class RE2;
}

namespace sigrun::sigma {

class PythonRegex {
 public:
  // Empty with `problem` set when RE2 does not take the expression.
  static std::optional<PythonRegex> compile(const std::string& pattern, const Limits& limits,
                                            std::string& problem);

  // Whether a match begins at the first byte.
  bool matches_start(std::string_view text) const;

  // Named groups of a match that begins at the first byte, in the order in which they stand in the expression; groups
  // that took no part are left out.
  std::optional<std::vector<std::pair<std::string, std::string>>> named_groups_at_start(
      std::string_view text) const;
  bool has_named_groups() const;

  // Group 0 is the match. Groups that took no part are empty.
  struct Match {
    size_t begin = 0, end = 0;
    std::vector<std::string_view> groups;
  };
  // Every match from left to right, none overlapping another.
  std::vector<Match> find_all(std::string_view text) const;

  // A replacement text taken apart once.
  class Replacement {
   public:
    std::string expand(const Match& match) const;

   private:
    friend class PythonRegex;
    struct Piece {
      std::string text;
      int group = -1;  // instead of the text
    };
    std::vector<Piece> pieces_;
  };
  std::optional<Replacement> parse_replacement(std::string_view text, std::string& problem) const;

  std::string replace_all(std::string_view text, const Replacement& replacement) const;

 private:
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace sigrun::sigma
