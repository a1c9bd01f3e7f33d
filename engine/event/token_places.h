// Where tokens stand: a growing list of numbers that is written at once, without being filled with zeros first.
//
// Threads: one at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

namespace sigrun {

class TokenPlaces {
 public:
  TokenPlaces() = default;
  TokenPlaces(const TokenPlaces& other) { std::copy_n(other.data(), other.size_, extend(other.size_)); }
  TokenPlaces(TokenPlaces&& other) noexcept
      : places_(std::move(other.places_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  TokenPlaces& operator=(TokenPlaces other) noexcept {
    std::swap(places_, other.places_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }

  const uint32_t* data() const { return places_.get(); }
  size_t size() const { return size_; }
  // Keeps the memory.
  void clear() { size_ = 0; }
  void shrink(size_t size) { size_ = size; }
  // Makes the list longer; the result is where the new ones are to be written.
  uint32_t* extend(size_t more) {
    if (size_ + more > capacity_) {
      const size_t larger = std::max(size_ + more, 2 * capacity_);
      std::unique_ptr<uint32_t[]> grown(new uint32_t[larger]);
      if (size_ > 0) std::memcpy(grown.get(), places_.get(), size_ * sizeof(uint32_t));
      places_ = std::move(grown);
      capacity_ = larger;
    }
    size_ += more;
    return places_.get() + size_ - more;
  }

 private:
  std::unique_ptr<uint32_t[]> places_;
  size_t size_ = 0, capacity_ = 0;
};

}  // namespace sigrun
