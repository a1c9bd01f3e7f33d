#include "correlate/block_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <new>

namespace sigrun {
namespace {

constexpr size_t region_bytes = size_t{2} << 20;  // of a large page

}  // namespace

PageStore::~PageStore() {
  for (char* region : regions_) std::free(region);
}

char* PageStore::take() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) {
    auto* region = static_cast<char*>(std::aligned_alloc(region_bytes, region_bytes));
    if (!region) throw std::bad_alloc();
    // Advice only: small pages serve as well.
    madvise(region, region_bytes, MADV_HUGEPAGE);
    regions_.push_back(region);
    // The first is taken first.
    for (size_t at = region_bytes; at > 0; at -= page_bytes) free_.push_back(region + at - page_bytes);
  }
  char* page = free_.back();
  free_.pop_back();
  return page;
}

void PageStore::give_back(char* page) {
  const std::lock_guard lock(mutex_);
  free_.push_back(page);
}

// Blocks that were not given back go with their pages.
BlockPool::~BlockPool() {
  for (Page* page : with_room_)
    while (page) {
      Page* next = page->next;
      store_.give_back(reinterpret_cast<char*>(page));
      page = next;
    }
}

void BlockPool::link(Page* page) {
  Page*& first = with_room_[page->bytes / 16];
  page->before = nullptr;
  page->next = first;
  if (first) first->before = page;
  first = page;
}

void BlockPool::unlink(Page* page) {
  if (page->next) page->next->before = page->before;
  if (page->before)
    page->before->next = page->next;
  else
    with_room_[page->bytes / 16] = page->next;
}

BlockPool::Page* BlockPool::new_page(size_t bytes) {
  auto* page = new (store_.take()) Page{};
  page->bytes = static_cast<uint32_t>(bytes);
  const size_t blocks = (PageStore::page_bytes - sizeof(Page)) / bytes;
  for (size_t block = 0; block < blocks; ++block) page->free[block / 64] |= uint64_t{1} << block % 64;
  link(page);
  return page;
}

void* BlockPool::take(size_t bytes) {
  if (bytes > most_bytes) {
    // Not malloc(): a host's may align to less.
    void* block = std::aligned_alloc(16, (bytes + 15) / 16 * 16);
    if (!block) throw std::bad_alloc();
    return block;
  }
  bytes = rounded(bytes);
  Page* page = with_room_[bytes / 16];
  if (!page) page = new_page(bytes);
  size_t word = 0;
  while (!page->free[word]) ++word;
  const auto number = word * 64 + static_cast<size_t>(std::countr_zero(page->free[word]));
  page->free[word] &= page->free[word] - 1;
  ++page->used;
  if (std::all_of(page->free.begin() + static_cast<ptrdiff_t>(word), page->free.end(),
                  [](uint64_t free) { return free == 0; }))
    unlink(page);
  return reinterpret_cast<char*>(page + 1) + number * bytes;
}

void BlockPool::give_back(void* block, size_t bytes) {
  if (bytes > most_bytes) return std::free(block);
  Page* page = page_of(block);
  const bool had_room =
      std::any_of(page->free.begin(), page->free.end(), [](uint64_t free) { return free != 0; });
  const auto number =
      static_cast<size_t>(static_cast<char*>(block) - reinterpret_cast<char*>(page + 1)) / page->bytes;
  page->free[number / 64] |= uint64_t{1} << number % 64;
  --page->used;
  if (!had_room) link(page);
  // The last page of a size stays: blocks come and go.
  if (page->used > 0 || (!page->next && !page->before)) return;
  unlink(page);
  store_.give_back(reinterpret_cast<char*>(page));
}

}  // namespace sigrun
