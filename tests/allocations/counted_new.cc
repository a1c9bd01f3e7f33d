#include "allocations/counted_new.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace sigrun::test {
namespace {

std::atomic<uint64_t> counted{0};

[[gnu::noinline]] void count_allocation() { counted.fetch_add(1, std::memory_order_relaxed); }

void* allocate(size_t size, size_t alignment) {
  count_allocation();
  size = size ? size : 1;
  void* memory = alignment <= alignof(std::max_align_t)
                     ? std::malloc(size)
                     : std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (!memory) std::abort();
  return memory;
}

}  // namespace

uint64_t allocations() { return counted.load(std::memory_order_relaxed); }

}  // namespace sigrun::test

// Those that are not here end in these.
void* operator new(size_t size) { return sigrun::test::allocate(size, 0); }
void* operator new(size_t size, std::align_val_t alignment) {
  return sigrun::test::allocate(size, static_cast<size_t>(alignment));
}
void* operator new[](size_t size) { return sigrun::test::allocate(size, 0); }
void* operator new[](size_t size, std::align_val_t alignment) {
  return sigrun::test::allocate(size, static_cast<size_t>(alignment));
}
void* operator new(size_t size, const std::nothrow_t&) noexcept { return sigrun::test::allocate(size, 0); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return sigrun::test::allocate(size, 0); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
