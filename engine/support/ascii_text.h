// Texts that are nearly always ASCII, told and folded many bytes at a time. Fifteen readable bytes must follow a text.
#pragma once

#include <cstddef>
#include <string_view>

#include "support/bytes16.h"

namespace sigrun {

inline bool is_ascii_padded(std::string_view text) {
#if defined(SIGRUN_BYTES16)
  for (size_t at = 0; at < text.size(); at += 16) {
    const uint32_t beyond = Bytes16::load(text.data() + at).beyond_ascii();
    const size_t left = text.size() - at;
    if (beyond != 0 && (left >= 16 || (beyond & ((1u << left) - 1)) != 0)) return false;
  }
  return true;
#else
  for (const char c : text)
    if (static_cast<unsigned char>(c) >= 0x80) return false;
  return true;
#endif
}

// Writes the text with A–Z as a–z to `out`, which has room for fifteen bytes more. False: it is not ASCII, and what was written means
// nothing.
inline bool fold_ascii_padded(std::string_view text, char* out) {
  if (!is_ascii_padded(text)) return false;
#if defined(SIGRUN_BYTES16)
  for (size_t at = 0; at < text.size(); at += 16) Bytes16::load(text.data() + at).store_lower(out + at);
#else
  for (const char c : text) *out++ = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
#endif
  return true;
}

}  // namespace sigrun
