// Literals that a regular expression cannot match without: of those returned, at least one is in every text that it matches.
//
// RE2's own prefilter knows them (FilteredRE2); of its atoms the fewest and longest that are necessary are taken.
// Threads: any. No literals: the expression may match a text that has none of them.
#pragma once

#include <string>
#include <vector>

namespace re2 {
class RE2;
}

namespace sigrun {

// Folded, at least two bytes each.
std::vector<std::string> required_literals(const re2::RE2& regex);

}  // namespace sigrun
