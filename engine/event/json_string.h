// JSON strings as they stand between their quotes: resolving escapes, and telling whether they are sound.
// Pure functions. RFC 8259 section 7.
#pragma once

#include <string>
#include <string_view>

namespace sigrun {

// Whether every escape is one of JSON's and every surrogate has its pair.
bool is_sound_json_string(std::string_view raw);

// The same for a string followed by fifteen readable bytes.
bool is_sound_padded_json_string(std::string_view raw);

// Writes the case-folded text of a string of ASCII without \u escapes to `out`, which must have room for `folding_room` bytes more
// than the string has; returns the end of what was written. Null: there is something else in it, and nothing of use was written.
// `raw` must be followed by fifteen readable bytes.
inline constexpr size_t folding_room = 64;
char* fold_ascii_json(std::string_view raw, char* out);
// What it does on processors without instructions to do more at once.
char* fold_ascii_json_by_16(std::string_view raw, char* out);

// Appends the text. Lone surrogates become U+FFFD; a backslash that begins no escape stays as it is.
void unescape_json(std::string_view raw, std::string& out);

// The longest beginning of a string whose text takes at most `text_bytes` and ends with a whole code point. No
// text is longer than what it is written as: a string of so many bytes is not cut.
std::string_view cut_json(std::string_view raw, size_t text_bytes);

}  // namespace sigrun
