// Numbers that look random and are the same on every machine and with every library: SplitMix64 (Steele et
// al., OOPSLA 2014), and distributions made of + - * / and exact scaling alone. The distributions of
// <random> and the functions of libm differ between libraries; those here do not, if the compiler fuses no
// multiplications with additions (-ffp-contract=off, set in meson.build).
//
// No two numbers are drawn in one expression, nor in the arguments of one call: compilers differ in which
// they draw first.
//
// A generator is made for each (seed, stream, entity, day), so that what one entity does never depends on
// how many numbers another one drew. Threads: one generator each. It is no source of secrets.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sigrun::bench::scenarios {

inline uint64_t mixed(uint64_t z) {
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}
inline uint64_t mixed(uint64_t a, uint64_t b) {
  return mixed(a * 0x9E3779B97F4A7C15u + mixed(b + 0x9E3779B97F4A7C15u));
}

double natural_log(double x);  // x > 0
double exponential_of(double x);

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  Random(uint64_t seed, uint64_t stream, uint64_t entity, uint64_t day)
      : state_(mixed(mixed(seed, stream), mixed(entity, day))) {}

  uint64_t next() { return mixed(state_ += 0x9E3779B97F4A7C15u); }
  // In [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  // Below `bound`, which is not 0.
  uint32_t below(uint32_t bound) {
    return static_cast<uint32_t>((next() >> 32) * static_cast<uint64_t>(bound) >> 32);
  }
  // Both ends are possible.
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(next() % static_cast<uint64_t>(high - low + 1));
  }
  bool chance(double probability) { return unit() < probability; }
  double uniform(double low, double high) { return low + (high - low) * unit(); }
  // Mean 0, deviation 1: twelve uniform numbers. Its tails end at 6.
  double normal();
  double log_normal(double median, double sigma) { return median * exponential_of(sigma * normal()); }
  // Heavy-tailed: P(X > x) = (least / x)^alpha.
  double pareto(double least, double alpha) {
    return least * exponential_of(-natural_log(1 - unit()) / alpha);
  }
  double exponential(double mean) { return -mean * natural_log(1 - unit()); }
  uint32_t poisson(double mean);
  // A rank below `count`, small ones far more often (log-uniform, nearly Zipf's law).
  uint32_t rank(uint32_t count);

 private:
  uint64_t state_;
};

}  // namespace sigrun::bench::scenarios
