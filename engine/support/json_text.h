// Writing JSON strings: the escapes of RFC 8259, invalid UTF-8 replaced by U+FFFD so that the output is always valid.
#pragma once

#include <string>
#include <string_view>

namespace sigrun {

// Appends `text` as a quoted JSON string.
void append_json_string(std::string_view text, std::string& out);

}  // namespace sigrun
