// Numbers of JSON that need no second look: integers of 64 bits, as numbers nearly always are.
#pragma once

#include <string_view>

namespace sigrun {

inline bool is_plainly_sound_number(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (digits.empty() || digits.size() > 19 || digits[0] < '1' || digits[0] > '9') return text == "0";
  for (char c : digits)
    if (c < '0' || c > '9') return false;
  return !negative || digits.size() < 19 || digits <= "9223372036854775808";
}

}  // namespace sigrun
