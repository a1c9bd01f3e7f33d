// Pseudo-random choices that are the same everywhere for the same seed (std::uniform_int_distribution is not). Not for
// anything but tests. One per generator; not shared between threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace sigrun::differential {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  // SplitMix64.
  uint64_t next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  size_t below(size_t bound) { return static_cast<size_t>(next() % bound); }
  size_t between(size_t least, size_t most) { return least + below(most - least + 1); }
  bool chance(size_t percent) { return below(100) < percent; }

  template <class T>
  const T& pick(const std::vector<T>& choices) {
    return choices[below(choices.size())];
  }
  std::string pick(std::initializer_list<const char*> choices) { return *(choices.begin() + below(choices.size())); }

 private:
  uint64_t state_;
};

}  // namespace sigrun::differential
