// UTF-8 as the engine needs it: checking, stepping, and simple case folding.
//
// Sigma compares strings without regard to case; this project folds with Unicode's simple mapping (CaseFolding.txt,
// statuses C and S, pinned in case_folding_table.inc), so that ſ is s, the Kelvin sign is k, and ß stays one letter.
// Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sigrun {

// Offset of the first byte that is not well-formed UTF-8 (RFC 3629), or text.size().
size_t find_invalid_utf8(std::string_view text);
inline bool is_valid_utf8(std::string_view text) { return find_invalid_utf8(text) == text.size(); }

// Copies `text` with every maximal ill-formed sequence replaced by U+FFFD.
std::string repair_utf8(std::string_view text);
void append_repaired_utf8(std::string_view text, std::string& out);

// Bytes of the code point that begins with `lead` in well-formed text; 1 for anything else.
inline size_t utf8_length(unsigned char lead) {
  return lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

// Decodes the code point at `at` of well-formed text and moves `at` behind it.
char32_t next_code_point(std::string_view text, size_t& at);
void append_code_point(char32_t code_point, std::string& out);
size_t count_code_points(std::string_view text);
// The longest beginning of well-formed text that has at most so many bytes and ends with a whole code point.
inline std::string_view cut_utf8(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

inline bool is_ascii(std::string_view text) {
  unsigned char bits = 0;
  for (char c : text) bits |= static_cast<unsigned char>(c);
  return bits < 0x80;
}

char32_t fold_code_point(char32_t code_point);
// Appends the folded text. Well-formed input; the result may differ in length.
void append_folded(std::string_view text, std::string& out);
std::string fold(std::string_view text);

}  // namespace sigrun
