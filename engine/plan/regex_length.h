// How short a text may be that a regular expression matches: most texts of events are too short for those that ask for long runs
// (`[0-9a-f]{64}`), and looking at a length is cheaper than running them.
#pragma once

#include <cstddef>
#include <string_view>

namespace sigrun {

// A lower bound, in bytes, of what the expression (RE2's syntax, one that compiles) matches. 0 where that is not known: the
// reading is of common syntax only and gives up on the rest.
size_t least_match_length(std::string_view pattern);

}  // namespace sigrun
