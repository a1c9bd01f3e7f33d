// Whether a text has another in it: first and last byte compared at sixteen places at once, the rest where both fit (the
// "generic SIMD" search of Muła, "SIMD-friendly algorithms for substring searching", 2016).
#pragma once

#include <bit>
#include <cstring>
#include <string_view>

#include "support/bytes16.h"

namespace sigrun {

inline bool has_text(std::string_view text, std::string_view needle) {
#if defined(SIGRUN_BYTES16)
  if (needle.size() >= 2) {
    const char* p = text.data();
    const char* const end = p + text.size();
    const size_t last = needle.size() - 1;
    for (; end - p >= static_cast<std::ptrdiff_t>(last + 16); p += 16) {
      uint32_t places = Bytes16::load(p).equal(needle[0]) & Bytes16::load(p + last).equal(needle[last]);
      for (; places; places &= places - 1)
        if (std::memcmp(p + std::countr_zero(places) + 1, needle.data() + 1, last - 1) == 0) return true;
    }
    text.remove_prefix(static_cast<size_t>(p - text.data()));
  }
#endif
  return text.find(needle) != text.npos;
}

}  // namespace sigrun
