// Hashing of bytes that come from events: XXH3 with a seed drawn once for the process, so that no one can prepare colliding keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sigrun {

uint64_t seeded_hash(std::string_view bytes);
uint64_t seeded_hash(std::string_view bytes, uint64_t salt);
// With a seed of the caller's: where results must be the same in another process that is told the seed.
uint64_t hash_with_seed(std::string_view bytes, uint64_t seed);

}  // namespace sigrun
