// Changes of letter case, for values and field names. Pure functions on well-formed UTF-8.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sigrun::sigma {

enum class TextCase : uint8_t { lower, upper, snake_case };

std::optional<TextCase> parse_text_case(std::string_view name);

// lower is simple case folding. upper is its inverse: the lowest code point that folds to a letter, which is the capital
// for all letters in use. snake_case puts `_` before every A-Z but the first character and lowers the text.
std::string change_case(std::string_view text, TextCase to);

}  // namespace sigrun::sigma
