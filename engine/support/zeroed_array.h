// An array of a fixed size that begins as zeroes, and of which only the pages that are written take memory: for tables of thousands
// of rules of which a stream of events gets to some dozens.
//
// Not copied. Threads: as any array.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

namespace sigrun {

template <class T>
class ZeroedArray {
  // All bits 0 must be a value, and nothing may be left to do at the end.
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  // Throws std::bad_alloc.
  explicit ZeroedArray(size_t size) : size_(size) {
    if (size == 0) return;
    if (size > SIZE_MAX / sizeof(T)) throw std::bad_alloc();
    void* const pages =
        mmap(nullptr, size * sizeof(T), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    values_ = static_cast<T*>(pages);
  }
  ZeroedArray(ZeroedArray&& other) noexcept
      : values_(std::exchange(other.values_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  ZeroedArray& operator=(ZeroedArray&&) = delete;
  ~ZeroedArray() {
    if (values_) munmap(values_, size_ * sizeof(T));
  }

  size_t size() const { return size_; }
  T& operator[](size_t i) { return values_[i]; }
  const T& operator[](size_t i) const { return values_[i]; }
  T* begin() { return values_; }
  T* end() { return values_ + size_; }

 private:
  T* values_ = nullptr;
  size_t size_;
};

}  // namespace sigrun
