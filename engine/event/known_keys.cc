#include "event/known_keys.h"

#include "event/json_string.h"
#include "support/seeded_hash.h"
#include "support/utf8.h"

namespace sigrun {

KnownKeys::Id KnownKeys::look_up(uint32_t parent, std::string_view written) {
  Id id = long_key;
  // Eight bytes are compared at once, so that a kept key must be one byte long at least, and the last eight lie within.
  if (!written.empty() && written.size() <= keys_[0].text.size() - 8) {
    // A key has two places to be in: keys that want one place are met in every event.
    id = static_cast<Id>(2 + (seeded_hash(written) + parent * 0x9E3779B97F4A7C15u) % (places / 2) * 2);
    if (is(id, parent, written)) return id;
    if (keys_[id].parent != no_id) ++id;
    if (is(id, parent, written)) return id;
  }
  std::string_view key = written;
  if (escaped_ && key.find('\\') != key.npos) {
    unescaped_.clear();
    unescape_json(key, unescaped_);
    key = unescaped_;
  } else if (!escaped_ && !is_valid_utf8(key)) {
    unescaped_.clear();
    append_repaired_utf8(key, unescaped_);
    key = unescaped_;
  }
  Key found;
  found.target = paths_.descend(parent, key, found.segments);
  if (id != long_key) {
    found.parent = parent;
    found.size = static_cast<uint32_t>(written.size());
    written.copy(found.text.data(), written.size());
  }
  keys_[id] = found;
  return id;
}

}  // namespace sigrun
