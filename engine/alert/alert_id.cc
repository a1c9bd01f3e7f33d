#include "alert/alert_id.h"

#include <fmt/format.h>
#include <xxhash.h>

namespace sigrun {

std::string make_alert_id(std::string_view rule_id, std::string_view own_id, std::string_view event,
                          uint64_t offset) {
  // Lengths stand before the parts, so that no two different inputs give the same bytes.
  std::string bytes = own_id.empty() ? fmt::format("bytes {} {} {}", rule_id.size(), event.size(), offset)
                                     : fmt::format("own {} {}", rule_id.size(), own_id.size());
  bytes += '\n';
  bytes += rule_id;
  bytes += own_id.empty() ? event : own_id;
  XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace sigrun
