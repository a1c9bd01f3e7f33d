// A memory resource that knows what is held of it, for the promises of sketches about their memory.
#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <map>
#include <memory_resource>

namespace sigrun::test {

class CountingResource : public std::pmr::memory_resource {
 public:
  ~CountingResource() override { CHECK(blocks_.empty()); }
  size_t held() const { return held_; }
  size_t most_held() const { return most_held_; }

 private:
  void* do_allocate(size_t bytes, size_t alignment) override {
    void* const block = std::pmr::new_delete_resource()->allocate(bytes, alignment);
    blocks_[block] = {bytes, alignment};
    held_ += bytes;
    most_held_ = most_held_ < held_ ? held_ : most_held_;
    return block;
  }
  void do_deallocate(void* block, size_t bytes, size_t alignment) override {
    const auto found = blocks_.find(block);
    REQUIRE(found != blocks_.end());
    CHECK(found->second.bytes == bytes);
    CHECK(found->second.alignment == alignment);
    held_ -= found->second.bytes;
    blocks_.erase(found);
    std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
  }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }

  struct Block {
    size_t bytes, alignment;
  };
  std::map<void*, Block> blocks_;
  size_t held_ = 0, most_held_ = 0;
};

}  // namespace sigrun::test
