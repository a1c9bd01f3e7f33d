#include "random.h"

#include <cmath>

namespace sigrun::bench::scenarios {

namespace {
constexpr double log_of_two = 0.693147180559945309417;
}

double natural_log(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);  // exact
  if (mantissa < 0.70710678118654752) {
    mantissa *= 2;
    --exponent;
  }
  const double z = (mantissa - 1) / (mantissa + 1);
  const double square = z * z;
  double sum = 0;
  for (int term = 19; term >= 1; term -= 2) sum = sum * square + 1.0 / term;
  return 2 * z * sum + exponent * log_of_two;
}

double exponential_of(double x) {
  if (x < -700) return 0;
  if (x > 700) x = 700;
  const double scaled = x / log_of_two;
  const int whole = static_cast<int>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  const double rest = x - whole * log_of_two;
  double sum = 1;
  for (int term = 13; term >= 1; --term) sum = 1 + sum * rest / term;
  return std::ldexp(sum, whole);  // exact
}

double Random::normal() {
  // Three numbers of 21 bits out of each draw.
  uint64_t sum = 0;
  for (int draw = 0; draw < 4; ++draw) {
    const uint64_t bits = next();
    sum += (bits & 0x1FFFFF) + (bits >> 21 & 0x1FFFFF) + (bits >> 42 & 0x1FFFFF);
  }
  return static_cast<double>(sum) * 0x1p-21 - 6;
}

uint32_t Random::poisson(double mean) {
  if (mean <= 0) return 0;
  if (mean > 60) {
    double root = mean;
    for (int step = 0; step < 12; ++step) root = 0.5 * (root + mean / root);
    const double value = mean + root * normal() + 0.5;
    return value < 0 ? 0 : static_cast<uint32_t>(value);
  }
  const double limit = exponential_of(-mean);
  uint32_t count = 0;
  for (double product = unit(); product > limit; product *= unit()) ++count;
  return count;
}

uint32_t Random::rank(uint32_t count) {
  const double value = exponential_of(unit() * natural_log(count + 1.0)) - 1;
  const auto whole = static_cast<uint32_t>(value);
  return whole < count ? whole : count - 1;
}

}  // namespace sigrun::bench::scenarios
