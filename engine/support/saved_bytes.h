// Numbers as bytes of a fixed order, the lowest first, and back: what states are saved in.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace sigrun {

template <std::integral Number>
void append_bytes(std::string& out, Number number) {
  auto bits = static_cast<std::make_unsigned_t<Number>>(number);
  char bytes[sizeof bits];
  for (char& byte : bytes) {
    byte = static_cast<char>(bits & 0xFF);
    if constexpr (sizeof bits > 1) bits = static_cast<decltype(bits)>(bits >> 8);
  }
  out.append(bytes, sizeof bytes);
}
inline void append_bytes(std::string& out, double number) {
  append_bytes(out, std::bit_cast<uint64_t>(number));
}

// Takes a number off the front of `saved`. False, and nothing is taken: it is too short.
template <std::integral Number>
bool take_bytes(std::string_view& saved, Number& number) {
  using Bits = std::make_unsigned_t<Number>;
  if (saved.size() < sizeof(Bits)) return false;
  Bits bits = 0;
  for (size_t i = 0; i < sizeof bits; ++i)
    bits = static_cast<Bits>(bits | static_cast<Bits>(static_cast<unsigned char>(saved[i])) << (8 * i));
  number = static_cast<Number>(bits);
  saved.remove_prefix(sizeof bits);
  return true;
}
inline bool take_bytes(std::string_view& saved, double& number) {
  uint64_t bits;
  if (!take_bytes(saved, bits)) return false;
  number = std::bit_cast<double>(bits);
  return true;
}

// A text with its length before it. What is taken is a view of `saved`.
inline void append_text(std::string& out, std::string_view text) {
  append_bytes(out, uint64_t{text.size()});
  out += text;
}
inline bool take_text(std::string_view& saved, std::string_view& text) {
  uint64_t size;
  std::string_view rest = saved;
  if (!take_bytes(rest, size) || size > rest.size()) return false;
  text = rest.substr(0, size);
  saved = rest.substr(size);
  return true;
}

}  // namespace sigrun
