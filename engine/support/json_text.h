// Writing JSON strings, and telling whether text may stand in JSON that others read (RFC 8259). Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace sigrun {

// Appends `text` as a quoted JSON string; invalid UTF-8 is replaced by U+FFFD, so that the output is always valid.
void append_json_string(std::string_view text, std::string& out);

// Whether `text` is exactly one JSON value in valid UTF-8. Any depth; no recursion.
bool is_valid_json(std::string_view text);

}  // namespace sigrun
