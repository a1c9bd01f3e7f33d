// Which of an object's keys count where several lead to one path ("a.b" and a: {b:}): for each path the longest key that gave it a
// value wins; what shorter ones gave for it is hidden.
//
// Order of calls, for each object that is walked: begin_object(), add_key() behind the values of each wanted key, end_object();
// objects within objects in between. Nothing is kept of objects without dotted keys. Threads: one at a time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "event/slot_table.h"

namespace sigrun {

class DottedKeys {
 public:
  explicit DottedKeys(size_t slots) : longest_(slots, 0) {}

  struct Object {
    size_t values, keys;  // how many there were before it
  };
  Object begin_object(const SlotTable& table) const { return {table.size(), keys_.size()}; }
  // A key of so many segments gave the values from number `mark` on.
  void add_key(const Object& object, uint32_t segments, size_t mark, const SlotTable& table) {
    if (segments > 1 && keys_.size() == object.keys) keys_.push_back({1, object.values, mark});
    if (keys_.size() > object.keys) keys_.push_back({segments, mark, table.size()});
  }
  void end_object(const Object& object, SlotTable& table) {
    if (keys_.size() == object.keys) return;
    hide_shorter(std::span(keys_).subspan(object.keys), table);
    keys_.resize(object.keys);
  }
  // After a walk that was broken off.
  void clear() { keys_.clear(); }

 private:
  // The values [begin, end) that a key of an object gave, and the key's length in segments of a path.
  struct KeyValues {
    uint32_t segments;
    size_t begin, end;
  };

  void hide_shorter(std::span<const KeyValues> keys, SlotTable& table) {
    auto for_each_value = [&](auto&& visit) {
      for (const KeyValues& key : keys)
        for (size_t i = key.begin; i < key.end; ++i)
          if (EventValue& value = table.value(i); !value.hidden) visit(key.segments, value);
    };
    bool contested = false;
    for_each_value([&](uint32_t, EventValue& value) { contested = contested || table.has_several(value.slot); });
    if (!contested) return;
    for_each_value([&](uint32_t, EventValue& value) { longest_[value.slot] = 0; });
    for_each_value([&](uint32_t segments, EventValue& value) {
      uint32_t& most = longest_[value.slot];
      most = std::max(most, segments);
    });
    for_each_value([&](uint32_t segments, EventValue& value) { value.hidden = segments < longest_[value.slot]; });
  }

  std::vector<KeyValues> keys_;    // a stack: of the objects that are being walked, the innermost last
  std::vector<uint32_t> longest_;  // by slot: scratch of hide_shorter()
};

}  // namespace sigrun
