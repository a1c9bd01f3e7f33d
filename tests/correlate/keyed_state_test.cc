#include "correlate/keyed_state.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstring>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace sigrun;

namespace {

constexpr int64_t second = 1'000'000'000;
constexpr int64_t start = 1'763'900'000 * second;

// Entries that say in their payload until when they are needed.
class Times : public KeyedState::Owner {
 public:
  explicit Times(int64_t page) : state(*this, page, pool) {}

  int64_t needed_until(const KeyedState::Entry& entry) const override {
    int64_t until;
    std::memcpy(&until, entry.payload(), sizeof until);
    return until;
  }
  void release(KeyedState::Entry& entry) override { released.emplace_back(entry.key()); }

  void use(const std::string& key, int64_t until) {
    const uint64_t hash = KeyedState::hash_of(key);
    KeyedState::Entry* entry = state.find(key, hash);
    if (!entry) entry = &state.insert(key, hash, sizeof until);
    std::memcpy(entry->payload(), &until, sizeof until);
    state.schedule(*entry, until);
  }
  bool has(const std::string& key) const { return state.find(key, KeyedState::hash_of(key)) != nullptr; }

  std::vector<std::string> released;

 private:
  PageStore store_;

 public:
  BlockPool pool{store_};
  KeyedState state;
};

}  // namespace

TEST_CASE("entries expire when they are not needed any more, at most some pages later") {
  std::mt19937_64 random(7);
  Times times(second);
  std::map<std::string, int64_t> needed;
  int64_t now = start;
  for (int step = 0; step < 20'000; ++step) {
    const std::string key = fmt::format("key {}", random() % 3'000);
    int64_t until = now + static_cast<int64_t>(random() % 60) * second;
    if (random() % 500 == 0) until = now + 86'400 * second;  // an event from the future
    needed[key] = until;
    times.use(key, until);
    now += second / 100;
    if (step % 50 != 0) continue;
    times.released.clear();
    times.state.expire(now);
    for (const std::string& key_released : times.released) {
      REQUIRE(needed.at(key_released) < now);
      needed.erase(key_released);
    }
    for (const auto& [key_kept, until_kept] : needed) REQUIRE(until_kept >= now - 6 * second);
    REQUIRE(times.state.size() == needed.size());
  }
  for (const auto& [key, until] : needed) CHECK(times.has(key));
}

TEST_CASE("an event from the future does not keep what comes behind it") {
  Times times(second);
  times.use("ahead", start + 86'400 * second);
  for (int i = 0; i < 100; ++i) times.use(fmt::format("key {}", i), start + i * second);
  CHECK(times.state.expire(start + 50 * second) >= 45);
  CHECK(times.has("key 99"));
  CHECK(times.has("ahead"));
  times.state.expire(start + 200 * second);
  CHECK(times.state.size() == 1);
  CHECK(times.has("ahead"));
}

TEST_CASE("eviction takes what is needed least long, whatever happened before") {
  const auto until_of = [](int i) { return start + (i * 7919 % 1000) / 3 * second; };
  const auto evicted = [](Times& times, size_t entries) {
    times.released.clear();
    for (size_t i = 0; i < entries; ++i) REQUIRE(times.state.evict_oldest());
    return times.released;
  };
  Times plain(10 * second);
  for (int i = 0; i < 2'000; ++i) plain.use(fmt::format("key {}", i), until_of(i));
  // The same entries, made in another order, some moved, with evictions between.
  Times other(10 * second);
  for (int i = 0; i < 100; ++i) other.use(fmt::format("early {}", i), start - 500 * second);
  for (int i = 1'999; i >= 0; --i) {
    other.use(fmt::format("key {}", i), i % 3 == 0 ? start - 100 * second : until_of(i));
    if (i % 20 == 0) evicted(other, 1);
    if (i % 3 == 0) other.use(fmt::format("key {}", i), until_of(i));
  }
  while (other.state.size() > 2'000) evicted(other, 1);
  std::vector<std::string> order = evicted(plain, 2'000);
  CHECK(order == evicted(other, 2'000));
  CHECK_FALSE(plain.state.evict_oldest());
  // What is used between two evictions has its turn later.
  Times used(10 * second);
  for (int i = 0; i < 10; ++i) used.use(fmt::format("key {}", i), start + i * second);
  evicted(used, 1);
  used.use("key 1", start + 20 * second);
  CHECK(evicted(used, 1).front() == "key 2");
  used.use("key 0", start);
  CHECK(evicted(used, 1).front() == "key 0");
}

TEST_CASE("bytes are those of entries, of what they own elsewhere and of the table; none are left") {
  Times times(second);
  for (int i = 0; i < 1'000; ++i) times.use(fmt::format("key {}", i), start);
  const size_t before = times.state.bytes();
  void* owned = times.state.memory().allocate(1'000);
  CHECK(times.state.bytes() == before + BlockPool::rounded(1'000));
  times.state.memory().deallocate(owned, 1'000);
  CHECK(times.state.bytes() == before);
  times.state.clear();
  CHECK(times.state.bytes() == 0);
}
