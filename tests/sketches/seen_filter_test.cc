#include "sketches/seen_filter.h"

#include <doctest/doctest.h>

#include <memory_resource>
#include <random>
#include <string>
#include <vector>

#include "sketches/counting_resource.h"
#include "support/rule_fixture.h"

using namespace sigrun;

TEST_CASE("seen filter: nothing that was added is missed, and few are claimed that were not") {
  std::mt19937_64 random(test::announce_seed("seen filter"));
  SeenFilter filter(std::pmr::get_default_resource(), 80 << 10);
  std::vector<uint64_t> added;
  for (int i = 0; i < 6'000; ++i) filter.add(added.emplace_back(random()));
  for (const uint64_t hash : added) CHECK(filter.contains(hash));
  CHECK_FALSE(filter.crowded());
  int claimed = 0;
  for (int i = 0; i < 20'000; ++i) claimed += filter.contains(random());
  // Eight filters, each of which is wrong in eight of a thousand.
  CHECK(claimed < 20'000 * 12 / 100);
}

TEST_CASE("seen filter: beyond its bound it still misses nothing, and says that it is crowded") {
  std::mt19937_64 random(test::announce_seed("seen filter, crowded"));
  SeenFilter filter(std::pmr::get_default_resource(), 2048);
  std::vector<uint64_t> added;
  for (int i = 0; i < 3'000; ++i) filter.add(added.emplace_back(random()));
  CHECK(filter.crowded());
  CHECK(filter.bytes() == 2 * 1024);
  for (const uint64_t hash : added) CHECK(filter.contains(hash));
}

TEST_CASE("seen filter: what was added is known for one to two turns") {
  SeenFilter filter(std::pmr::get_default_resource());
  filter.add(1);
  filter.turn();
  filter.add(2);
  CHECK(filter.contains(1));
  filter.turn();
  CHECK_FALSE(filter.contains(1));
  CHECK(filter.contains(2));
  filter.clear();
  CHECK_FALSE(filter.contains(2));
  CHECK(filter.bytes() == 0);
}

TEST_CASE("seen filter: memory is the resource's, and a saved filter is the same") {
  test::CountingResource memory;
  {
    SeenFilter filter(&memory), other(&memory);
    for (uint64_t i = 0; i < 20'000; ++i) filter.add(i * 0x9E3779B97F4A7C15);
    CHECK(memory.held() == filter.bytes());
    std::string bytes;
    filter.save(bytes);
    std::string_view view = bytes;
    REQUIRE(other.restore(view));
    CHECK(view.empty());
    for (uint64_t i = 0; i < 20'000; ++i) CHECK(other.contains(i * 0x9E3779B97F4A7C15));
    for (const size_t size : {size_t{0}, size_t{4}, size_t{9}, bytes.size() - 1}) {
      std::string_view cut = std::string_view(bytes).substr(0, size);
      CHECK_FALSE(other.restore(cut));
    }
  }
  CHECK(memory.held() == 0);
}
