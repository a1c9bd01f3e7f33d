#include "alert/alert_id.h"

#include <array>
#include <charconv>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace sigrun {

namespace {

Identity identity_of(const XXH128_hash_t& hash) { return {hash.high64, hash.low64}; }

// The hash of parts one behind the other, as if they were one text. Nothing is allocated.
Identity hash_of(std::string_view first, std::string_view second, std::string_view third) {
  // Few bytes are hashed sooner together than one after the other.
  std::array<char, 512> together;
  const size_t size = first.size() + second.size() + third.size();
  if (size <= together.size()) {
    char* to = together.data();
    for (std::string_view part : {first, second, third}) {
      if (!part.empty()) std::memcpy(to, part.data(), part.size());
      to += part.size();
    }
    return identity_of(XXH3_128bits(together.data(), size));
  }
  XXH3_state_t state;
  XXH3_128bits_reset(&state);
  for (std::string_view part : {first, second, third}) XXH3_128bits_update(&state, part.data(), part.size());
  return identity_of(XXH3_128bits_digest(&state));
}

// Lengths, each behind a space: they stand before the parts, so that no two different inputs give the same
// bytes.
class Lengths {
 public:
  explicit Lengths(std::string_view kind) { add(kind); }
  Lengths& add(uint64_t number) {
    bytes_[size_++] = ' ';
    size_ = static_cast<size_t>(
        std::to_chars(bytes_.data() + size_, bytes_.data() + bytes_.size(), number).ptr - bytes_.data());
    return *this;
  }
  std::string_view line() {
    bytes_[size_++] = '\n';
    return {bytes_.data(), size_};
  }

 private:
  void add(std::string_view text) {
    std::memcpy(bytes_.data(), text.data(), text.size());
    size_ = text.size();
  }
  std::array<char, 80> bytes_;
  size_t size_ = 0;
};

}  // namespace

AlertId alert_id_of(const Identity& identity) { return identity.text(); }

Identity make_alert_identity(std::string_view rule_id, std::string_view own_id, std::string_view event,
                      uint64_t offset) {
  if (!own_id.empty()) {
    Lengths lengths("own");
    return hash_of(lengths.add(rule_id.size()).add(own_id.size()).line(), rule_id, own_id);
  }
  Lengths lengths("bytes");
  return hash_of(lengths.add(rule_id.size()).add(event.size()).add(offset).line(), rule_id, event);
}

}  // namespace sigrun
