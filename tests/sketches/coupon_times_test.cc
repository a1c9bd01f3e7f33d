#include "sketches/coupon_times.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "sketches/counting_resource.h"
#include "sketches/fair_hash.h"
#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

// Errors of many estimates, as shares of what was to be estimated.
struct Errors {
  double sum = 0, squares = 0;
  int count = 0, within_two = 0;
  void add(double estimate, double truth, double deviation) {
    const double error = estimate / truth - 1;
    sum += error;
    squares += error * error;
    ++count;
    within_two += std::abs(error) <= 2 * deviation;
  }
  double mean() const { return sum / count; }
  double deviation() const { return std::sqrt(squares / count); }
};

// Of `count` estimates, each bound is missed by chance once in a million runs.
void check_errors(const Errors& errors, double stated) {
  const double samples = errors.count;
  CAPTURE(errors.mean());
  CAPTURE(errors.deviation());
  CHECK(errors.deviation() <= stated * (1 + 5 / std::sqrt(2 * samples)));
  CHECK(std::abs(errors.mean()) <= stated * 5 / std::sqrt(samples) + 0.002);
  CHECK(errors.within_two >= samples * (0.95 - 5 * std::sqrt(0.95 * 0.05 / samples)));
}

}  // namespace

TEST_CASE("coupon times: the relative error is ln 2 / √buckets, over many seeds") {
  const uint64_t seed = test::announce_seed("coupon times");
  for (const uint32_t bits : {8u, 10u, 12u}) {
    const double stated = std::numbers::ln2 / std::sqrt(std::ldexp(1, static_cast<int>(bits)));
    for (const uint64_t values : {100u, 1'000u, 10'000u, 100'000u}) {
      CAPTURE(bits);
      CAPTURE(values);
      Errors errors;
      for (uint64_t run = 0; run < (values == 100'000 ? 60 : 300); ++run) {
        CouponTimes times(1'000, bits, 0, std::pmr::get_default_resource());
        for (uint64_t i = 0; i < values; ++i)
          times.add(static_cast<int64_t>(i % 1'000), test::fair_hash(seed + run, i));
        errors.add(times.estimate(0), static_cast<double>(values), stated);
      }
      check_errors(errors, stated);
      // The bound is what it takes, not a wide one: beyond some values for each bucket it is met from below
      // and above.
      if (values >= (uint64_t{16} << bits)) CHECK(errors.deviation() >= stated * 0.6);
    }
  }
}

TEST_CASE("coupon times: a window that slides is estimated as well as one that is filled anew") {
  const uint64_t seed = test::announce_seed("coupon times, sliding");
  std::mt19937_64 random(seed);
  constexpr int64_t second = 1'000'000'000, window = 600 * second;
  constexpr uint32_t bits = 10;
  const double stated = std::numbers::ln2 / std::sqrt(std::ldexp(1, bits));
  Errors whole, part;
  for (uint64_t run = 0; run < 60; ++run) {
    CouponTimes times(window, bits, 0, std::pmr::get_default_resource());
    // One new value for each tenth of a second, and old ones again, late by up to a minute; 70 windows, so
    // that ticks wrap.
    constexpr int64_t step = second / 10;
    const int64_t windows = run == 0 ? 70 : 2;
    int64_t now = 0;
    for (uint64_t i = 0; now < windows * window + second * 7; ++i) {
      now = static_cast<int64_t>(i) * step;
      times.add(now, test::fair_hash(seed + run, i));
      const uint64_t before = random() % 600;
      if (before <= i)
        times.add(now - static_cast<int64_t>(before) * step, test::fair_hash(seed + run, i - before));
      if (i % 5'000 == 0 && now > window) {
        whole.add(times.estimate(now - window), 6'001, stated);
        part.add(times.estimate(now - window / 4), 1'501, stated);
      }
    }
  }
  // Estimates of one run are not independent of one another: the bound is that of the runs.
  CHECK(whole.deviation() <= stated * (1 + 5 / std::sqrt(2 * 60)));
  CHECK(part.deviation() <= stated * (1 + 5 / std::sqrt(2 * 60)));
  CHECK(whole.count > 100);
}

TEST_CASE("coupon times: an estimate that is remembered is the one that would be made") {
  std::mt19937_64 random(test::announce_seed("coupon times, remembered"));
  test::CountingResource resource;
  CouponTimes often(100'000, 8, 0, &resource), once(100'000, 8, 0, &resource);
  int64_t now = 0;
  for (int i = 0; i < 20'000; ++i) {
    now += static_cast<int64_t>(random() % 30);
    const int64_t time = std::max<int64_t>(0, now - static_cast<int64_t>(random() % 1'000));
    const uint64_t hash = random();
    often.add(time, hash);
    once.add(time, hash);
    const double estimate = often.estimate(now - 100'000);
    if (i % 500 == 0) REQUIRE(once.estimate(now - 100'000) == doctest::Approx(estimate).epsilon(1e-6));
  }
  CHECK(often.bytes() + once.bytes() == resource.held());
  CHECK(often.bytes() <= CouponTimes::bytes_for(CouponTimes::most_levels, 8));
}

TEST_CASE("coupon times: every coupon drawn is no endless search") {
  CouponTimes times(10, CouponTimes::least_bits, 0, std::pmr::get_default_resource());
  CHECK(times.estimate(0) == 0);
  for (uint64_t bucket = 0; bucket < 64; ++bucket)
    for (uint32_t level = 0; level < 58; ++level) times.add(5, bucket << 58 | uint64_t{1} << (57 - level));
  const double estimate = times.estimate(0);
  CHECK(std::isfinite(estimate));
  CHECK(estimate > 1e9);
}
