#include "alert/alert_id.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <array>
#include <memory>

namespace sigrun {

namespace {

// Hashes parts one behind the other, as if they were one text.
class Hash128 {
 public:
  Hash128() : state_(XXH3_createState(), XXH3_freeState) { XXH3_128bits_reset(state_.get()); }
  void add(std::string_view part) { XXH3_128bits_update(state_.get(), part.data(), part.size()); }
  std::string hex() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
    std::string text(32, '0');
    for (size_t i = 0; i < 16; ++i) {
      text[15 - i] = "0123456789abcdef"[hash.high64 >> (4 * i) & 15];
      text[31 - i] = "0123456789abcdef"[hash.low64 >> (4 * i) & 15];
    }
    return text;
  }

 private:
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state_;
};

}  // namespace

std::string make_alert_id(std::string_view rule_id, std::string_view own_id, std::string_view event,
                          uint64_t offset) {
  // Lengths stand before the parts, so that no two different inputs give the same bytes.
  std::array<char, 80> lengths;
  const auto end =
      own_id.empty()
          ? fmt::format_to(lengths.begin(), "bytes {} {} {}\n", rule_id.size(), event.size(), offset)
          : fmt::format_to(lengths.begin(), "own {} {}\n", rule_id.size(), own_id.size());
  Hash128 hash;
  hash.add({lengths.data(), static_cast<size_t>(end - lengths.begin())});
  hash.add(rule_id);
  hash.add(own_id.empty() ? event : own_id);
  return hash.hex();
}

}  // namespace sigrun
