// A hash of numbers of which all bits are fair, and which a seed makes the same again: SplitMix64 (Steele,
// Lea and Flood, OOPSLA 2014).
#pragma once

#include <cstdint>

namespace sigrun::test {

inline uint64_t fair_hash(uint64_t seed, uint64_t number) {
  uint64_t bits = seed * 0xD1342543DE82EF95ull + (number + 1) * 0x9E3779B97F4A7C15ull;
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9ull;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EBull;
  return bits ^ (bits >> 31);
}

}  // namespace sigrun::test
