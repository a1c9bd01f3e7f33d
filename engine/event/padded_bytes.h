// Bytes with room behind them: event_padding zero bytes follow the last one, so that a parser may read past the end.
//
// What a std::string is not good for: growing without writing zeros first, and changing hands without a copy.
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace sigrun {

// Readable bytes that follow the last event of a batch (simdjson reads 64 bytes at a time).
inline constexpr size_t event_padding = 64;

class PaddedBytes {
 public:
  PaddedBytes() = default;
  explicit PaddedBytes(std::string_view bytes) { append(bytes); }
  PaddedBytes(const PaddedBytes& other) { append(other.view()); }
  PaddedBytes(PaddedBytes&& other) noexcept
      : bytes_(std::move(other.bytes_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  PaddedBytes& operator=(PaddedBytes other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }

  char* data() { return bytes_.get(); }
  const char* data() const { return bytes_.get(); }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }  // without the padding
  std::string_view view() const { return {bytes_.get(), size_}; }

  // Keeps the memory.
  void clear() { size_ = 0; }
  // Room for `capacity` bytes in all; those in use are kept.
  void reserve(size_t capacity) {
    if (capacity <= capacity_) return;
    std::unique_ptr<char[]> larger(new char[capacity + event_padding]);
    if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
    bytes_ = std::move(larger);
    capacity_ = capacity;
  }
  // The first `size` bytes, written through data() within the capacity, are in use.
  void set_size(size_t size) {
    size_ = size;
    std::memset(bytes_.get() + size, 0, event_padding);
  }
  void append(std::string_view bytes) {
    const size_t needed = size_ + bytes.size();
    if (needed > capacity_ || !bytes_) reserve(std::max(needed, capacity_ + capacity_ / 2 + 1));
    if (!bytes.empty()) std::memcpy(bytes_.get() + size_, bytes.data(), bytes.size());
    set_size(needed);
  }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0, capacity_ = 0;
};

}  // namespace sigrun
