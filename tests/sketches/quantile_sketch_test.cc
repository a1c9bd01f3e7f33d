#include "sketches/quantile_sketch.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sketches/counting_resource.h"
#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

// numpy.quantile, from its definition.
struct Exact {
  double value, below, above;
};
Exact exact_quantile(const std::vector<double>& sorted, double q) {
  const double place = static_cast<double>(sorted.size() - 1) * q;
  const double below = sorted[static_cast<size_t>(std::floor(place))],
               above = sorted[static_cast<size_t>(std::ceil(place))];
  return {below + (place - std::floor(place)) * (above - below), below, above};
}

std::string saved(const QuantileSketch& sketch) {
  std::string bytes;
  sketch.save(bytes);
  return bytes;
}

}  // namespace

TEST_CASE("quantiles: linear between the closest ranks, the median of an even number the mean of two") {
  QuantileSketch sketch;
  CHECK(sketch.add(4));
  CHECK(sketch.quantile(0).value == 4);
  CHECK(sketch.quantile(0.5).value == 4);
  CHECK(sketch.quantile(1).value == 4);
  CHECK(sketch.add(1));
  CHECK(sketch.quantile(0.5).value == 2.5);
  CHECK(sketch.add(10));
  CHECK(sketch.quantile(0.5).value == 4);
  CHECK(sketch.add(2));
  // numpy.quantile([4, 1, 10, 2], …)
  CHECK(sketch.quantile(0.5).value == 3);
  CHECK(sketch.quantile(0.25).value == 1.75);
  CHECK(sketch.quantile(0.9).value == doctest::Approx(8.2));
  CHECK(sketch.quantile(0.95).value == doctest::Approx(9.1));
  CHECK(sketch.quantile(0).value == 1);
  CHECK(sketch.quantile(1).value == 10);
  CHECK(sketch.quantile(-1).value == 1);
  CHECK(sketch.quantile(2).value == 10);
  CHECK(sketch.quantile(std::nan("")).value == 1);
  CHECK(sketch.quantile(0.9).exact);
  CHECK(sketch.size() == 4);
}

TEST_CASE("quantiles: what is no finite number is not taken, extremes are") {
  QuantileSketch sketch;
  constexpr double infinite = std::numeric_limits<double>::infinity(),
                   huge = std::numeric_limits<double>::max();
  CHECK_FALSE(sketch.add(std::nan("")));
  CHECK_FALSE(sketch.add(infinite));
  CHECK_FALSE(sketch.add(-infinite));
  CHECK(sketch.size() == 0);
  for (int i = 0; i < 100; ++i) {
    CHECK(sketch.add(huge));
    CHECK(sketch.add(-huge));
    CHECK(sketch.add(std::numeric_limits<double>::denorm_min()));
    CHECK(sketch.add(-0.0));
    for (const double q : {0.0, 0.1, 0.25, 0.5, 0.501, 0.75, 0.9, 1.0})
      CHECK(std::isfinite(sketch.quantile(q).value));
  }
  CHECK(sketch.estimates());
  CHECK(sketch.quantile(0).value == -huge);
  CHECK(sketch.quantile(1).value == huge);
  CHECK(std::abs(sketch.quantile(0.4).value) < 1e-300);
}

TEST_CASE("quantiles: exact up to the number given, then within one hundredth, whatever the values are") {
  std::mt19937_64 random(test::announce_seed("quantiles"));
  const auto uniform = [&](double from, double to) {
    return std::uniform_real_distribution<double>(from, to)(random);
  };
  size_t compared = 0;
  for (int round = 0; round < 240; ++round) {
    CAPTURE(round);
    test::CountingResource resource;
    const uint32_t exact = round % 2 == 0 ? 64 : 200;
    QuantileSketch sketch(exact, &resource);
    std::vector<double> values;
    const size_t count = 1 + random() % (round % 3 == 0 ? 300 : 20'000);
    const double scale = std::exp2(uniform(-40, 40));
    for (size_t i = 0; i < count; ++i) {
      double value = 0;
      switch (round % 8) {
        case 0: value = uniform(0, 1); break;
        case 1: value = uniform(-1, 1); break;
        case 2: value = std::lognormal_distribution<double>(0, 3)(random); break;
        case 3: value = std::normal_distribution<double>(0, 1)(random); break;
        case 4: value = static_cast<double>(random() % 5) - 2; break;  // zeros, and the same again
        case 5: value = std::pow(uniform(0.001, 1), -1.5); break;      // a heavy tail
        case 6: value = -std::lognormal_distribution<double>(0, 2)(random); break;
        case 7: value = random() % 2 == 0 ? 1e-6 : 1e6; break;
      }
      values.push_back(value * scale);
      REQUIRE(sketch.add(values.back()));
    }
    std::sort(values.begin(), values.end());
    REQUIRE(sketch.size() == count);
    REQUIRE(sketch.least() == values.front());
    REQUIRE(sketch.greatest() == values.back());
    REQUIRE(sketch.estimates() == (count > exact));
    REQUIRE(sketch.bytes() == resource.held());
    REQUIRE(sketch.bytes() <= QuantileSketch::most_bytes(exact));
    double before = -std::numeric_limits<double>::infinity();
    for (int i = 0; i <= 200; ++i) {
      const double q = i / 200.0;
      const Exact truth = exact_quantile(values, q);
      const auto found = sketch.quantile(q);
      REQUIRE_FALSE(found.collapsed);
      REQUIRE(found.exact == (count <= exact || i == 0 || i == 200));
      const double magnitude = std::max(std::abs(truth.below), std::abs(truth.above));
      if (found.exact) {
        REQUIRE(std::abs(found.value - truth.value) <= 1e-12 * magnitude);
      } else if ((truth.below > 0) == (truth.above > 0) && (truth.below < 0) == (truth.above < 0)) {
        REQUIRE(std::abs(found.value - truth.value) <=
                QuantileSketch::relative_error * std::abs(truth.value) * (1 + 1e-9));
      } else {
        REQUIRE(std::abs(found.value - truth.value) <=
                QuantileSketch::relative_error * magnitude * (1 + 1e-9));
      }
      REQUIRE(found.value >= before);
      before = found.value;
      ++compared;
    }
    QuantileSketch moved(std::move(sketch));
    REQUIRE(moved.size() == count);
    moved.clear();
    REQUIRE(resource.held() == 0);
  }
  CHECK(compared > 40'000);
}

TEST_CASE("quantiles: beyond 2,048 buckets the lowest magnitudes share one, and that is said") {
  std::mt19937_64 random(test::announce_seed("quantiles, collapsed"));
  for (const bool upwards : {true, false}) {
    test::CountingResource resource;
    QuantileSketch sketch(64, &resource);
    // 30 decades; 2,048 buckets are 17.8 of them.
    std::vector<double> values;
    for (int i = 0; i < 30'000; ++i)
      values.push_back(std::pow(10.0, -15 + (upwards ? i : 29'999 - i) / 1'000.0));
    for (const double value : values) sketch.add(value);
    std::sort(values.begin(), values.end());
    CHECK(sketch.bytes() <= QuantileSketch::most_bytes(64));
    CHECK(sketch.bytes() == resource.held());
    int collapsed = 0;
    for (int i = 1; i < 1'000; ++i) {
      const double q = i / 1'000.0;
      const Exact truth = exact_quantile(values, q);
      const auto found = sketch.quantile(q);
      collapsed += found.collapsed;
      if (!found.collapsed) CHECK(std::abs(found.value - truth.value) <= 0.01 * truth.value * (1 + 1e-9));
      // γ^2047 is 6.03·10^17.
      if (truth.value < 0.95e15 / 6.03e17) CHECK(found.collapsed);
      if (truth.value > 1.05e15 / 6.03e17) CHECK_FALSE(found.collapsed);
    }
    CHECK(collapsed > 300);
    CHECK(collapsed < 500);
    // Of numbers that are negative it is those nearest to zero too.
    QuantileSketch negative(64, &resource);
    for (const double value : values) negative.add(-value);
    CHECK(negative.quantile(0.9).collapsed);
    const auto low = negative.quantile(0.1);
    CHECK_FALSE(low.collapsed);
    CHECK(low.value == doctest::Approx(-exact_quantile(values, 0.9).value).epsilon(0.0101));
  }
}

TEST_CASE("quantiles: saved and restored, it goes on as if nothing had been") {
  std::mt19937_64 random(test::announce_seed("quantiles, saved"));
  for (const size_t count : {size_t{0}, size_t{1}, size_t{64}, size_t{65}, size_t{5'000}}) {
    QuantileSketch sketch;
    for (size_t i = 0; i < count; ++i) sketch.add(std::normal_distribution<double>(1, 100)(random));
    QuantileSketch other;
    other.add(7);
    REQUIRE(other.restore(saved(sketch)));
    CHECK(saved(other) == saved(sketch));
    for (int i = 0; i < 1'000; ++i) {
      const double value = std::normal_distribution<double>(1, 1'000)(random);
      sketch.add(value);
      other.add(value);
      const double q = i / 1'000.0;
      REQUIRE(other.quantile(q).value == sketch.quantile(q).value);
    }
    CHECK(other.size() == sketch.size());
    CHECK(saved(other) == saved(sketch));
    // Another number of exact values keeps them all the same.
    QuantileSketch few(64), many(5'000);
    QuantileSketch source(200);
    for (int i = 0; i < 150; ++i) source.add(i);
    REQUIRE(few.restore(saved(source)));
    REQUIRE(many.restore(saved(few)));
    CHECK(few.estimates());
    CHECK(many.size() == 150);
    CHECK(many.quantile(0.5).value == doctest::Approx(74.5).epsilon(0.01));
  }
}

TEST_CASE("quantiles: any bytes may be restored from") {
  std::mt19937_64 random(test::announce_seed("quantiles, damaged"));
  for (const int count : {3, 64, 500}) {
    test::CountingResource resource;
    QuantileSketch sketch(64, &resource);
    for (int i = 0; i < count; ++i)
      sketch.add(i % 7 == 0 ? 0 : std::lognormal_distribution<double>(2, 1)(random) * (i % 3 - 1));
    const std::string whole = saved(sketch);
    QuantileSketch other(64, &resource);
    for (size_t size = 0; size < whole.size(); ++size) {
      REQUIRE_FALSE(other.restore(std::string(whole, 0, size)));
      REQUIRE(other.size() == 0);
    }
    CHECK_FALSE(other.restore(whole + '\0'));
    int taken = 0;
    for (int i = 0; i < 10'000; ++i) {
      std::string damaged = whole;
      for (uint64_t flip = random() % 3; flip < 3; ++flip) {
        const size_t among = random() % 2 == 0 ? std::min<size_t>(40, damaged.size()) : damaged.size();
        damaged[random() % among] ^= static_cast<char>(1 << random() % 8);
      }
      if (!other.restore(damaged)) {
        REQUIRE(other.size() == 0);
        REQUIRE(other.bytes() == 0);
        continue;
      }
      ++taken;
      if (other.size() == 0) continue;
      for (int k = 0; k < 5; ++k) {
        other.add(std::ldexp(1.0, k * 400 - 1'000));
        REQUIRE(std::isfinite(other.quantile(k / 4.0).value));
      }
      std::ignore = saved(other);
    }
    CHECK(taken > 0);
    CHECK(taken < 10'000);
  }
}
