// Blocks of memory for groups: by size class, out of pages that all shards share.
//
// A group is made, moves to a larger block a few times and goes again, millions of times over: a general allocator spends more time on that than counting does, and
// its blocks lie wherever there was room. Here a block of n bytes takes n bytes rounded up to sixteen, a page holds blocks of one size, and a page that is empty serves
// another size or shard. Pages come out of large regions that the system may back by large pages: groups are visited in no order, and the processor's
// translation of addresses would be as slow as memory.
//
// PageStore: of a correlator; any number of threads. BlockPool: of a shard; one thread at a time. The store outlives its pools, and a pool what was taken from it.
// Regions are kept for what comes next, until the store goes. A pool never zeroes.
// What budgets count are blocks (rounded()): a store holds as much as all blocks came to when they were most, and the room in pages that are
// not full. Measured: 5 % more with ten million groups that come and go (docs/decisions/2026-11-23-correlating.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace sigrun {

class PageStore {
 public:
  static constexpr size_t page_bytes = 8192;

  PageStore() = default;
  ~PageStore();
  PageStore(const PageStore&) = delete;
  PageStore& operator=(const PageStore&) = delete;

  // page_bytes, aligned to as many.
  char* take();
  void give_back(char* page);

 private:
  std::mutex mutex_;
  std::vector<char*> free_;
  std::vector<char*> regions_;
};

class BlockPool {
 public:
  explicit BlockPool(PageStore& store) : store_(store) {}
  ~BlockPool();
  BlockPool(const BlockPool&) = delete;
  BlockPool& operator=(const BlockPool&) = delete;

  // Aligned to sixteen bytes. `bytes`: from 1; of take() and give_back() the same.
  void* take(size_t bytes);
  void give_back(void* block, size_t bytes);
  // What a block of so many bytes takes.
  static size_t rounded(size_t bytes) {
    // Large ones are the general allocator's, which needs some bytes of its own.
    return bytes > most_bytes ? (bytes + 8 + 15) / 16 * 16 : (bytes + 15) / 16 * 16;
  }

 private:
  static constexpr size_t most_bytes = 1008;
  struct alignas(16) Page {
    Page *next, *before;  // of the class's pages with room
    uint32_t used, bytes;
    std::array<uint64_t, PageStore::page_bytes / 16 / 64>
        free;  // by block; the blocks themselves are not looked at
  };
  static Page* page_of(void* block) {
    return reinterpret_cast<Page*>(reinterpret_cast<uintptr_t>(block) & ~(PageStore::page_bytes - 1));
  }
  Page* new_page(size_t bytes);
  void link(Page* page);
  void unlink(Page* page);

  PageStore& store_;
  std::array<Page*, most_bytes / 16 + 1> with_room_{};  // by size in sixteens
};

}  // namespace sigrun
