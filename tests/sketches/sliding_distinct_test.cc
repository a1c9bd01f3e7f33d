#include "sketches/sliding_distinct.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <utility>

#include "sketches/counting_resource.h"
#include "sketches/fair_hash.h"
#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

constexpr int64_t second = 1'000'000'000;
constexpr int64_t start = 1'763'900'000 * second;

// What is asked for, by going through everything.
class PlainDistinct {
 public:
  void add(int64_t time, uint64_t hash) {
    const auto [place, is_new] = newest_.try_emplace(hash, time);
    if (!is_new && time > place->second) place->second = time;
  }
  uint64_t count(int64_t now, int64_t timespan) const {
    uint64_t values = 0;
    for (const auto& [hash, time] : newest_) values += time >= now - timespan;
    return values;
  }

 private:
  std::map<uint64_t, int64_t> newest_;
};

std::string saved(const SlidingDistinct& distinct) {
  std::string bytes;
  distinct.save(bytes);
  return bytes;
}

}  // namespace

TEST_CASE("sliding distinct: a window contains both its ends") {
  SlidingDistinct distinct({10 * second});
  CHECK(distinct.empty());
  CHECK(distinct.count(start, 10 * second).values == 0);
  CHECK(distinct.add(start, 1));
  CHECK(distinct.add(start + 10 * second, 2));
  CHECK(distinct.count(start + 10 * second, 10 * second).values == 2);
  CHECK(distinct.count(start + 10 * second + 1, 10 * second).values == 1);
  CHECK(distinct.count(start + 10 * second, 10 * second).values == 2);  // asking forgets nothing
  CHECK(distinct.count(start + 10 * second, 10 * second - 1).values == 1);
  CHECK(distinct.count(start + 10 * second, 0).values == 1);
  CHECK(distinct.count(start + 20 * second, 10 * second).values == 1);
  CHECK(distinct.count(start + 20 * second + 1, 10 * second).values == 0);
  CHECK(distinct.count(start + 10 * second, 11 * second).values == 2);  // no longer than was said
  CHECK(distinct.count(start + 10 * second, -1).values == 1);
  // The first one is one nanosecond too old now.
  CHECK(distinct.add(start + 10 * second + 1, 3));
  CHECK(distinct.count(start, 10 * second).values == 2);
  CHECK_FALSE(distinct.add(start, 4));
  CHECK(distinct.add(start + 1, 4));
  CHECK(distinct.count(start, 10 * second).values == 3);
  distinct.forget_before(start + 2);
  CHECK(distinct.count(start, 10 * second).values == 2);
  CHECK_FALSE(distinct.add(start + 1, 4));
}

TEST_CASE(
    "sliding distinct: the same value counts once, with its newest time, in whatever order times come") {
  SlidingDistinct distinct({10 * second});
  distinct.add(start + 5 * second, 1);
  distinct.add(start, 1);
  distinct.add(start + 2 * second, 1);
  CHECK(distinct.count(start, 10 * second).values == 1);
  CHECK(distinct.count(start + 15 * second, 10 * second).values == 1);
  CHECK(distinct.count(start + 15 * second + 1, 10 * second).values == 0);
}

TEST_CASE("sliding distinct: times at the ends of what there is") {
  for (const int64_t longest : {int64_t{0}, int64_t{1}, second, INT64_MAX, int64_t{-1}}) {
    SlidingDistinct distinct({longest});
    for (const int64_t time : {INT64_MIN, INT64_MIN + 1, INT64_MAX, INT64_MAX - 1}) {
      CHECK_FALSE(distinct.add(time, 1));
      CHECK(distinct.count(time, INT64_MAX).values == 0);
    }
    // The first and the last time that are taken.
    constexpr int64_t last = int64_t{1} << 62;
    for (uint64_t i = 0; i < 200; ++i) {
      CHECK(distinct.add(-last + static_cast<int64_t>(i), test::fair_hash(7, i)));
      CHECK_FALSE(distinct.add(-last - 1, i));
      distinct.forget_before(INT64_MIN);
      CHECK(distinct.count(INT64_MIN, INT64_MAX).values >= 1);
      CHECK(distinct.count(INT64_MAX, INT64_MIN).values == 0);
    }
    for (uint64_t i = 0; i < 200; ++i) {
      CHECK(distinct.add(last - 199 + static_cast<int64_t>(i), test::fair_hash(8, i)));
      CHECK_FALSE(distinct.add(last + 1, i));
      distinct.add(0, i);
      CHECK(distinct.at_least(1, 0, INT64_MAX));
      CHECK(distinct.at_least(i == 199 ? 1 : 0, INT64_MAX, INT64_MAX));
      if (longest >= second) CHECK(distinct.at_least(std::min<uint64_t>(i + 1, 64), 0, INT64_MAX));
    }
    distinct.forget_before(INT64_MAX);
    CHECK(distinct.empty());
  }
}

TEST_CASE(
    "sliding distinct: at least N is exact up to the exact size, with the sketch at work and after it") {
  std::mt19937_64 random(test::announce_seed("sliding distinct, at least"));
  int with_sketch = 0, sketch_gone = 0;
  for (int round = 0; round < 40; ++round) {
    test::CountingResource resource;
    const int64_t longest = static_cast<int64_t>(1 + random() % 100) * second;
    const auto exact = static_cast<uint32_t>(64 + random() % 3 * 50);
    SlidingDistinct distinct({longest, exact, 8}, &resource);
    PlainDistinct plain;
    int64_t newest = start;
    bool had_sketch = false;
    for (int step = 0; step < 6'000; ++step) {
      // Bursts of many values, then few for longer than the window.
      const bool burst = step / 1'500 % 2 == 0;
      newest += static_cast<int64_t>(random() % static_cast<uint64_t>(longest / (burst ? 400 : 40)));
      int64_t time = newest;
      if (random() % 3 == 0)
        time -= static_cast<int64_t>(random() % static_cast<uint64_t>(longest + longest / 10));
      const uint64_t hash = test::fair_hash(3, random() % (burst ? 1'000 : 20));
      if (distinct.add(time, hash))
        plain.add(time, hash);
      else
        REQUIRE(time < newest - longest);
      had_sketch = had_sketch || distinct.estimates();
      sketch_gone += had_sketch && !distinct.estimates();
      if (step % 7 != 0) continue;
      const int64_t now = newest + (random() % 3 == 0 ? static_cast<int64_t>(random() % second) : 0);
      const int64_t timespan =
          random() % 2 == 0 ? longest : static_cast<int64_t>(random() % static_cast<uint64_t>(longest));
      const uint64_t truth = plain.count(now, timespan);
      with_sketch += truth > exact;
      const auto count = distinct.count(now, timespan);
      if (truth <= exact || count.exact) {
        REQUIRE(count.values == truth);
      } else {
        REQUIRE(count.values >= exact);
      }
      for (const uint64_t wanted :
           {uint64_t{0}, uint64_t{1}, uint64_t{64}, uint64_t{exact} - 1, uint64_t{exact}})
        REQUIRE(distinct.at_least(wanted, now, timespan) == (truth >= wanted));
      if (truth >= 1 && truth <= exact) {
        REQUIRE(distinct.at_least(truth, now, timespan));
        REQUIRE((truth == exact || !distinct.at_least(truth + 1, now, timespan)));
      }
      REQUIRE(distinct.bytes() == resource.held());
      REQUIRE(resource.most_held() <= 2 * SlidingDistinct::most_bytes(distinct.shape()));
      REQUIRE(distinct.bytes() <= SlidingDistinct::most_bytes(distinct.shape()));
    }
  }
  CHECK(with_sketch > 1'000);
  CHECK(sketch_gone > 1'000);
}

TEST_CASE("sliding distinct: estimates are within the stated error, over many seeds") {
  const uint64_t seed = test::announce_seed("sliding distinct, error");
  for (const uint64_t live : {100u, 1'800u, 10'000u}) {
    CAPTURE(live);
    constexpr int runs = 200;
    double squares = 0;
    int within_two = 0;
    const double stated = SlidingDistinct::relative_error({});
    for (uint64_t run = 0; run < runs; ++run) {
      SlidingDistinct distinct({static_cast<int64_t>(live) * second});
      // A window and a half, each value twice.
      const uint64_t values = live + live / 2;
      for (uint64_t i = 0; i < 2 * values; ++i)
        distinct.add(start + static_cast<int64_t>(i) * (second / 2), test::fair_hash(seed + run, i / 2));
      const auto count = distinct.count(0, static_cast<int64_t>(live) * second);
      CHECK_FALSE(count.exact);
      const double error = static_cast<double>(count.values) / static_cast<double>(live + 1) - 1;
      squares += error * error;
      within_two += std::abs(error) <= 2 * stated;
    }
    CHECK(std::sqrt(squares / runs) <= stated * (1 + 5 / std::sqrt(2.0 * runs)));
    CHECK(within_two >= runs * (0.95 - 5 * std::sqrt(0.95 * 0.05 / runs)));
  }
  CHECK(SlidingDistinct::relative_error({}) == doctest::Approx(0.0217).epsilon(0.01));
}

TEST_CASE("sliding distinct: memory is bounded, and little where there is little") {
  test::CountingResource resource;
  SlidingDistinct distinct({3600 * second}, &resource);
  CHECK(distinct.bytes() == 0);
  distinct.add(start, test::fair_hash(4, 0));
  CHECK(distinct.bytes() <= 200);
  for (uint64_t i = 0; i < 2'000'000; ++i)
    distinct.add(start + static_cast<int64_t>(i), test::fair_hash(4, i));
  CHECK(distinct.bytes() <= 64 << 10);
  CHECK(distinct.bytes() == resource.held());
  // Two hours later nothing of it is left.
  distinct.add(start + 7200 * second, 1);
  CHECK_FALSE(distinct.estimates());
  CHECK(distinct.bytes() <= 300);
  SlidingDistinct moved(std::move(distinct));
  CHECK(moved.count(0, 3600 * second).values == 1);
  moved.clear();
  CHECK(resource.held() == 0);
}

TEST_CASE("sliding distinct: saved and restored, it goes on as if nothing had been") {
  std::mt19937_64 random(test::announce_seed("sliding distinct, saved"));
  for (const uint64_t different : {0u, 5u, 64u, 65u, 3'000u}) {
    CAPTURE(different);
    const SlidingDistinct::Shape shape{100 * second, 64, 8};
    SlidingDistinct distinct(shape);
    int64_t now = start;
    const auto add_to = [&](SlidingDistinct& one, SlidingDistinct* other) {
      now += static_cast<int64_t>(random() % (100 * second / (1 + 4 * different)));
      const int64_t time = now - static_cast<int64_t>(random() % (10 * second));
      const uint64_t hash = test::fair_hash(5, random() % different);
      one.add(time, hash);
      if (other) other->add(time, hash);
    };
    for (uint64_t i = 0; different > 0 && i < 10 * different; ++i) add_to(distinct, nullptr);
    CHECK(distinct.estimates() == (different > 64));
    SlidingDistinct other(shape);
    other.add(1, 1);
    REQUIRE(other.restore(saved(distinct)));
    CHECK(saved(other) == saved(distinct));
    for (int i = 0; different > 0 && i < 3'000; ++i) {
      add_to(distinct, &other);
      const auto expected = distinct.count(now, 100 * second), found = other.count(now, 100 * second);
      REQUIRE(found.values == expected.values);
      REQUIRE(found.exact == expected.exact);
    }
    CHECK(saved(other) == saved(distinct));
  }
}

TEST_CASE("sliding distinct: a threshold that changed keeps the state") {
  const uint64_t seed = test::announce_seed("sliding distinct, another threshold");
  SlidingDistinct distinct({100 * second, 500});
  for (uint64_t i = 0; i < 400; ++i)
    distinct.add(start + static_cast<int64_t>(i) * (second / 10), test::fair_hash(seed, i));
  REQUIRE_FALSE(distinct.estimates());

  SlidingDistinct fewer({100 * second, 100});
  REQUIRE(fewer.restore(saved(distinct)));
  CHECK(fewer.estimates());
  CHECK(fewer.at_least(100, 0, 100 * second));
  CHECK(static_cast<double>(fewer.count(0, 100 * second).values) == doctest::Approx(400).epsilon(0.11));
  CHECK(fewer.count(0, 5 * second).values == 51);  // of which the exact part has all

  SlidingDistinct more({100 * second, 1'000});
  REQUIRE(more.restore(saved(fewer)));
  CHECK(more.at_least(100, 0, 100 * second));
  CHECK_FALSE(more.count(0, 100 * second).exact);
  CHECK(static_cast<double>(more.count(0, 100 * second).values) == doctest::Approx(400).epsilon(0.11));
  // Once the window has moved beyond what is missing, it is exact again.
  for (uint64_t i = 0; i < 900; ++i)
    more.add(start + 200 * second + static_cast<int64_t>(i), test::fair_hash(seed, i));
  CHECK(more.count(0, 100 * second).values == 900);
  CHECK(more.count(0, 100 * second).exact);

  SlidingDistinct other_window({101 * second, 500}), other_sketch({100 * second, 500, 9});
  CHECK_FALSE(other_window.restore(saved(distinct)));
  CHECK_FALSE(other_sketch.restore(saved(distinct)));
}

TEST_CASE("sliding distinct: any bytes may be restored from") {
  std::mt19937_64 random(test::announce_seed("sliding distinct, damaged"));
  for (const uint64_t different : {3u, 60u, 400u}) {
    test::CountingResource resource;
    const SlidingDistinct::Shape shape{100 * second, 64, 6};
    SlidingDistinct distinct(shape, &resource);
    for (uint64_t i = 0; i < 2 * different; ++i)
      distinct.add(start + static_cast<int64_t>(random() % (90 * second)),
                   test::fair_hash(6, random() % different));
    const std::string whole = saved(distinct);
    SlidingDistinct other(shape, &resource);
    for (size_t size = 0; size < whole.size(); ++size) {
      REQUIRE_FALSE(other.restore(std::string(whole, 0, size)));
      REQUIRE(other.empty());
    }
    CHECK_FALSE(other.restore(whole + '\0'));
    int taken = 0;
    for (int i = 0; i < 10'000; ++i) {
      std::string damaged = whole;
      const int flips = 1 + static_cast<int>(random() % 3);
      // Half of them in the first bytes, where the structure is.
      for (int flip = 0; flip < flips; ++flip) {
        const size_t among = random() % 2 == 0 ? std::min<size_t>(60, damaged.size()) : damaged.size();
        damaged[random() % among] ^= static_cast<char>(1 << random() % 8);
      }
      if (!other.restore(damaged)) {
        REQUIRE(other.empty());
        REQUIRE(other.bytes() == 0);
        continue;
      }
      // What is taken can be gone on with.
      ++taken;
      const int64_t now = other.newest_time() == INT64_MIN ? start : other.newest_time();
      for (int64_t k = 0; k < 10; ++k) {
        other.add(now + k * 20 * second, random());
        other.add(now - k * second, random());
        std::ignore = other.count(now, static_cast<int64_t>(random() % (100 * second)));
      }
      std::ignore = saved(other);
    }
    CHECK(taken > 0);
    CHECK(taken < 10'000);
  }
}
