#include "support/seeded_hash.h"

#include <xxhash.h>

#include <random>

namespace sigrun {
namespace {

uint64_t process_seed() {
  static const uint64_t seed = [] {
    std::random_device device;
    return static_cast<uint64_t>(device()) << 32 | device();
  }();
  return seed;
}

}  // namespace

uint64_t seeded_hash(std::string_view bytes) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), process_seed());
}

uint64_t seeded_hash(std::string_view bytes, uint64_t salt) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), process_seed() + salt * 0x9E3779B97F4A7C15ull);
}

uint64_t hash_with_seed(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace sigrun
