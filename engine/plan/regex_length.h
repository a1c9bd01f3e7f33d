// How much a text must have that a regular expression matches: most texts of events are too short for those
// that ask for long runs (`[0-9a-f]{64}`) or have no such run, and looking for one is cheaper than running them.
#pragma once

#include <bitset>
#include <cstddef>
#include <string_view>

namespace sigrun {

// So many bytes side by side, each one of these. None: nothing is asked.
struct ByteRun {
  std::bitset<256> bytes;
  size_t length = 0;

  // Whether the text has one. Looks at one byte of so many as long as there is none.
  bool is_in(std::string_view text) const;
};

struct LeastMatch {
  size_t length = 0;  // bytes
  ByteRun run;
};

// A lower bound of what the expression (RE2's syntax, UTF-8, one that compiles) matches. Nothing where that is
// not known: the reading is of common syntax only and gives up on the rest. `cased`: it tells cases apart
// unless it says otherwise itself.
LeastMatch least_match(std::string_view pattern, bool cased = true);

}  // namespace sigrun
