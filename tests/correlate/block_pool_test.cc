#include "correlate/block_pool.h"

#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <utility>
#include <vector>

using namespace sigrun;

TEST_CASE("blocks of all sizes do not overlap, and what is given back serves again") {
  PageStore store;
  BlockPool pool(store);
  struct Block {
    void* at;
    size_t bytes;
    unsigned char fill;
  };
  std::vector<Block> blocks;
  std::mt19937_64 random(1);
  const auto is_whole = [](const Block& block) {
    const auto* bytes = static_cast<const unsigned char*>(block.at);
    for (size_t i = 0; i < block.bytes; ++i)
      if (bytes[i] != block.fill) return false;
    return true;
  };
  for (int step = 0; step < 40'000; ++step) {
    // It grows, shrinks to little, and grows again.
    if (blocks.empty() || random() % 100 < (step / 8'000 % 2 == 0 ? 70 : 30)) {
      const size_t bytes = random() % 20 == 0 ? 1 + random() % 5'000 : 1 + random() % 400;
      Block& block =
          blocks.emplace_back(Block{pool.take(bytes), bytes, static_cast<unsigned char>(random())});
      REQUIRE(reinterpret_cast<uintptr_t>(block.at) % 16 == 0);
      std::memset(block.at, block.fill, bytes);
      continue;
    }
    std::swap(blocks[random() % blocks.size()], blocks.back());
    REQUIRE(is_whole(blocks.back()));
    pool.give_back(blocks.back().at, blocks.back().bytes);
    blocks.pop_back();
  }
  for (const Block& block : blocks) {
    CHECK(is_whole(block));
    pool.give_back(block.at, block.bytes);
  }
}

TEST_CASE("a page that is empty serves another pool") {
  PageStore store;
  BlockPool one(store), other(store);
  std::vector<void*> blocks;
  for (int i = 0; i < 10'000; ++i) blocks.push_back(one.take(160));
  for (void* block : blocks) one.give_back(block, 160);
  // But for one page each pool may take what the first had: it lies in the same region.
  const auto region = [](const void* at) { return reinterpret_cast<uintptr_t>(at) >> 21; };
  size_t elsewhere = 0;
  for (int i = 0; i < 5'000; ++i) {
    const void* block = other.take(320);
    elsewhere += region(block) != region(blocks.front()) && region(block) != region(blocks.back());
  }
  CHECK(elsewhere == 0);
}
