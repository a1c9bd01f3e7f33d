// JSON strings as they stand between their quotes: resolving escapes, and telling whether they are sound.
// Pure functions. RFC 8259 section 7.
#pragma once

#include <string>
#include <string_view>

namespace sigrun {

// Whether every escape is one of JSON's and every surrogate has its pair.
bool is_sound_json_string(std::string_view raw);

// Appends the text. Lone surrogates become U+FFFD; a backslash that begins no escape stays as it is.
void unescape_json(std::string_view raw, std::string& out);

}  // namespace sigrun
