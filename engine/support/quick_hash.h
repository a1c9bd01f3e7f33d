// Hashing for caches: XXH3 without a seed, inline. Whoever prepares colliding keys gets misses and nothing else; tables that must
// not be filled with collisions take seeded_hash.h.
#pragma once

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstdint>
#include <string_view>

namespace sigrun {

inline uint64_t quick_hash(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

}  // namespace sigrun
