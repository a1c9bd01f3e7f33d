// Byte classes of JSON's structure, and the fast scan through strings: shared by the framer's source files.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "support/bytes16.h"

namespace sigrun {

enum class ByteClass : uint8_t {
  scalar,
  control,
  space,
  quote,
  comma,
  colon,
  open_object,
  open_array,
  close
};

inline constexpr std::array<ByteClass, 256> byte_classes = [] {
  std::array<ByteClass, 256> classes{};
  for (size_t byte = 0; byte < 256; ++byte) {
    classes[byte] = byte < 0x20 || byte == 0x7f ? ByteClass::control : ByteClass::scalar;
  }
  for (unsigned char space : {' ', '\t', '\r', '\n'}) classes[space] = ByteClass::space;
  classes['"'] = ByteClass::quote;
  classes[','] = ByteClass::comma;
  classes[':'] = ByteClass::colon;
  classes['{'] = ByteClass::open_object;
  classes['['] = ByteClass::open_array;
  classes['}'] = classes[']'] = ByteClass::close;
  return classes;
}();

inline ByteClass class_of(char c) { return byte_classes[static_cast<unsigned char>(c)]; }
inline bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }

// The first quote, backslash or control character from `p` on. Needs fifteen readable bytes after the one that
// ends the scan; the zero bytes after the input stop it.
inline const char* find_string_end(const char* p) {
#if defined(SIGRUN_BYTES16)
  for (;; p += 16) {
    const Bytes16 bytes = Bytes16::load(p);
    const uint32_t hits = bytes.equal('"') | bytes.equal('\\') | bytes.control();
    if (hits) return p + std::countr_zero(hits);
  }
#endif
  if constexpr (std::endian::native == std::endian::little) {
    constexpr uint64_t ones = 0x0101010101010101, highs = ones * 0x80;
    for (;; p += 8) {
      uint64_t word;
      std::memcpy(&word, p, sizeof word);
      uint64_t quote = word ^ (ones * '"'), backslash = word ^ (ones * '\\');
      // Each term marks the high bit of the bytes below 0x20, or equal to the character; a borrow can mark
      // bytes above a true one, but never below it, so the lowest mark is right.
      uint64_t below_space = (word - ones * 0x20) & ~word;
      uint64_t hits = below_space | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash);
      if (hits &= highs) return p + std::countr_zero(hits) / 8;
    }
  } else {
    while (*p != '"' && *p != '\\' && !is_control(*p)) ++p;
    return p;
  }
}

}  // namespace sigrun
