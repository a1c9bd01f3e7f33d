#include "sketches/tail_scale.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "support/rule_fixture.h"

using namespace sigrun;

TEST_CASE("tail scale: nothing is known of an empty one") {
  TailScale scale;
  CHECK(scale.tail(0) == 1);
  CHECK(scale.tail(1e9) == 1);
  scale.settle();
  CHECK(scale.tail(5) == 1);
}

TEST_CASE("tail scale: the share above is what it says, and falls for what was never seen") {
  std::mt19937_64 random(test::announce_seed("tail scale"));
  std::exponential_distribution<double> draw(1);
  TailScale scale;
  for (int i = 0; i < 100'000; ++i) scale.add(TailScale::bucket_of(draw(random)), 1);
  CHECK(scale.tail(1) == 1);  // not settled yet
  scale.settle();
  for (const double number : {0.1, 1.0, 3.0, 6.0})
    CHECK(scale.tail(number) == doctest::Approx(std::exp(-number)).epsilon(0.15));
  double before = 1;
  for (double number = 0.01; number < 1e12; number *= 1.3) {
    CHECK(scale.tail(number) <= before);
    CHECK(scale.tail(number) > 0);
    before = scale.tail(number);
  }
  CHECK(scale.tail(1e6) < scale.tail(1e3));
}

TEST_CASE("tail scale: odd numbers lie at the ends") {
  CHECK(TailScale::bucket_of(-1) == 0);
  CHECK(TailScale::bucket_of(0) == 0);
  CHECK(TailScale::bucket_of(std::numeric_limits<double>::quiet_NaN()) == 0);
  CHECK(TailScale::bucket_of(std::numeric_limits<double>::infinity()) == TailScale::buckets - 1);
  CHECK(TailScale::bucket_of(1e300) == TailScale::buckets - 1);
}

TEST_CASE("tail scale: what is old weighs less") {
  TailScale scale;
  for (int i = 0; i < 1000; ++i) scale.add(TailScale::bucket_of(100), 1);
  scale.settle();
  CHECK(scale.tail(50) > 0.9);
  scale.decay(0.001);
  for (int i = 0; i < 1000; ++i) scale.add(TailScale::bucket_of(1), 1);
  scale.settle();
  CHECK(scale.tail(50) < 0.01);
  CHECK(scale.total() == doctest::Approx(1001));
}

TEST_CASE("tail scale: saved and restored it tells the same, and what is no such state is refused") {
  TailScale scale;
  for (int i = 1; i < 5000; ++i) scale.add(TailScale::bucket_of(i * 0.37), 1);
  scale.settle();
  std::string bytes;
  scale.save(bytes);
  TailScale other;
  REQUIRE(other.restore(bytes));
  for (double number = 0.1; number < 1e5; number *= 2) CHECK(other.tail(number) == scale.tail(number));
  for (size_t size = 0; size < bytes.size(); size += 7) CHECK_FALSE(other.restore(bytes.substr(0, size)));
  CHECK(other.total() == 0);
}

TEST_CASE("tail samples: many and few arrive alike") {
  TailSamples samples;
  TailScale one, other;
  for (int i = 0; i < 10'000; ++i) {
    samples.add(i);
    other.add(TailScale::bucket_of(i), 1);
  }
  std::string bytes;
  samples.save(bytes);
  TailSamples restored;
  std::string_view view = bytes;
  REQUIRE(restored.restore(view));
  restored.add_to(one);
  one.settle();
  other.settle();
  CHECK(one.total() == 10'000);
  for (double number = 1; number < 1e5; number *= 3) CHECK(one.tail(number) == other.tail(number));
  restored.add_to(one);
  one.settle();
  CHECK(one.total() == 10'000);
}
