// A short text of bounded size that is kept in place: nothing is allocated for it, and a zero byte follows.
//
// A plain value. What does not fit is cut off.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sigrun {

template <size_t capacity>
class FixedText {
  static_assert(capacity <= UINT8_MAX);

 public:
  FixedText() = default;
  explicit FixedText(std::string_view text) : size_(static_cast<uint8_t>(std::min(text.size(), capacity))) {
    std::memcpy(bytes_.data(), text.data(), size_);
  }
  FixedText& operator=(std::string_view text) { return *this = FixedText(text); }

  operator std::string_view() const { return {bytes_.data(), size_}; }
  const char* c_str() const { return bytes_.data(); }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool operator==(const FixedText&) const = default;
  bool operator==(std::string_view text) const { return std::string_view(*this) == text; }

 private:
  std::array<char, capacity + 1> bytes_{};  // zero bytes behind the text
  uint8_t size_ = 0;
};

}  // namespace sigrun
