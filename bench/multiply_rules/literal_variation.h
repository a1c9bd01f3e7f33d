// Other literals of the same shape: what a rule asks for, with one inner character of each literal changed.
//
// Ten times the rules must be ten times the literals, and as hard to tell apart as those of people are:
// copies that differed in their first or last bytes would be found apart at once by an index that looks
// there. So of a literal of nine bytes and more one letter or digit is changed that is neither among its
// first four bytes nor among its last four, the one nearest to the middle; of a shorter one, from three bytes
// on, the one nearest to the middle that is neither first nor last. A letter becomes another letter of its
// case, a digit another digit: what wildcards, escapes and placeholders mean stays as it was. Kept as they
// are: literals without such a character, shorter ones, numbers in quotes (4688, 0x1f, -1) and truth values.
//
// A literal becomes the same one wherever it stands, and another one in each copy: copies share their
// literals as their originals do. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sigrun::bench {

// Copies that can be told apart: there are ten digits.
inline constexpr unsigned most_copies = 9;

struct Variation {
  std::string text;
  size_t changed = 0, kept = 0;  // literals
};

// A value as authors write it: literals between `*` and `?`, with Sigma's escapes. `placeholders`: %name% is
// no literal.
Variation vary_pattern(std::string_view written, bool placeholders, unsigned copy);

// A regular expression: only runs of at least six letters and digits that stand for themselves are literals
// here. What stands in brackets, braces, or behind a backslash or `(?` is left alone.
Variation vary_regex(std::string_view written, unsigned copy);

}  // namespace sigrun::bench
