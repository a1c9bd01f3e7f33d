#include "sketches/recent_values.h"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "sketches/counting_resource.h"
#include "sketches/fair_hash.h"
#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

using Seen = std::vector<std::pair<int64_t, uint64_t>>;  // times and hashes

Seen seen_by(const RecentValues& values) {
  Seen seen;
  values.for_each([&](int64_t time, uint64_t hash) { seen.emplace_back(time, hash); });
  CHECK(std::is_sorted(seen.begin(), seen.end(), [](auto& a, auto& b) { return a.first < b.first; }));
  std::sort(seen.begin(), seen.end());
  return seen;
}

}  // namespace

TEST_CASE("recent values: the same as a plain list, whatever the order of times") {
  std::mt19937_64 random(test::announce_seed("recent values"));
  for (int round = 0; round < 60; ++round) {
    test::CountingResource resource;
    RecentValues values(&resource);
    Seen plain;
    const size_t limit = 1 + random() % 300;
    const uint64_t different = 1 + random() % (2 * limit);
    const int64_t spread = static_cast<int64_t>(1 + random() % 200);
    // Some hashes that share their lowest bits stand in one another's way.
    const uint64_t mask = round % 3 == 0 ? ~uint64_t{0xFF8} : ~uint64_t{0};
    int64_t newest = 0;
    for (int step = 0; step < 3000; ++step) {
      newest += static_cast<int64_t>(random() % 3);
      const int64_t time = newest - (random() % 2 == 0 ? 0 : static_cast<int64_t>(random()) % spread);
      const uint64_t hash = test::fair_hash(1, random() % different) & mask;
      const auto known =
          std::find_if(plain.begin(), plain.end(), [&](auto& entry) { return entry.second == hash; });
      const RecentValues::Id id = values.find(hash);
      REQUIRE((id != RecentValues::none) == (known != plain.end()));
      if (known != plain.end()) {
        REQUIRE(values.time(id) == known->first);
        if (time > known->first) {
          values.renew(id, time);
          known->first = time;
        }
      } else if (plain.size() < limit) {
        values.insert(time, hash, limit);
        plain.emplace_back(time, hash);
      } else {
        // Which of several oldest ones goes is open: the one that the other chose.
        const auto oldest = std::min_element(plain.begin(), plain.end());
        REQUIRE(values.time(values.oldest()) == oldest->first);
        values.replace_oldest(time, hash);
        const auto gone = std::find_if(plain.begin(), plain.end(), [&](auto& entry) {
          return entry.first == oldest->first && values.find(entry.second) == RecentValues::none;
        });
        REQUIRE(gone != plain.end());
        *gone = {time, hash};
      }
      if (random() % 500 == 0) {
        const int64_t horizon = newest - static_cast<int64_t>(random()) % spread;
        while (values.size() > 0 && values.time(values.oldest()) < horizon) values.erase_oldest();
        values.shrink();
        std::erase_if(plain, [&](auto& entry) { return entry.first < horizon; });
      }
      REQUIRE(values.size() == plain.size());
      REQUIRE(values.bytes() == resource.held());
      REQUIRE(values.bytes() <= RecentValues::most_bytes(std::max<size_t>(limit, 4)));
      if (step % 100 == 0) {
        std::sort(plain.begin(), plain.end());
        REQUIRE(seen_by(values) == plain);
        for (int64_t since = newest - spread; since <= newest + 1; since += 1 + spread / 7)
          REQUIRE(values.count_since(since) ==
                  static_cast<size_t>(std::count_if(plain.begin(), plain.end(),
                                                    [&](auto& entry) { return entry.first >= since; })));
      }
    }
    RecentValues moved(std::move(values));
    CHECK(moved.size() == plain.size());
    moved.clear();
    CHECK(resource.held() == 0);
  }
}

TEST_CASE("recent values: more than 65,535 are told apart") {
  RecentValues values(std::pmr::get_default_resource());
  constexpr uint64_t count = 70'000;
  for (uint64_t i = 0; i < count; ++i) values.insert(static_cast<int64_t>(i), test::fair_hash(2, i), count);
  for (uint64_t i = 0; i < count; ++i) {
    const auto id = values.find(test::fair_hash(2, i));
    REQUIRE(id != RecentValues::none);
    REQUIRE(values.time(id) == static_cast<int64_t>(i));
  }
  for (uint64_t i = 0; i < count - 10; ++i) values.erase_oldest();
  values.shrink();
  CHECK(values.size() == 10);
  CHECK(values.time(values.oldest()) == count - 10);
  CHECK(values.bytes() < 4'000);
}
