#include "support/identity.h"

#include <charconv>
#include <string>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace sigrun {

FixedText<32> Identity::text() const {
  std::array<char, 32> hex;
  for (size_t i = 0; i < 16; ++i) {
    hex[15 - i] = "0123456789abcdef"[high >> (4 * i) & 15];
    hex[31 - i] = "0123456789abcdef"[low >> (4 * i) & 15];
  }
  return FixedText<32>({hex.data(), hex.size()});
}

Identity make_identity(std::string_view kind, std::initializer_list<std::string_view> parts) {
  std::string bytes(kind);
  for (std::string_view part : parts) {
    std::array<char, 24> length;
    const auto end = std::to_chars(length.data(), length.data() + length.size(), part.size()).ptr;
    bytes += ' ';
    bytes.append(length.data(), end);
  }
  bytes += '\n';
  for (std::string_view part : parts) bytes += part;
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

}  // namespace sigrun
