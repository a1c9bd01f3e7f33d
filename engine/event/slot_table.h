// The wanted values of one event: what the matcher sees of it.
//
// Filled by a walker (json_walker.h), then read by the matcher, then reset for the next event; memory is kept. Values are views into the event's
// bytes until their text is asked for; decoded and folded texts are made once, on demand, in an arena that lives until reset().
// Threads: one at a time. Lifetimes: views are valid until reset() and as long as the event's bytes are.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plan/path_trie.h"

namespace sigrun {

enum class ValueKind : uint8_t { null, truth, number, text, object, array, broken };

struct EventValue {
  static constexpr uint32_t unnumbered = UINT32_MAX;
  ValueKind kind = ValueKind::null;
  bool in_array = false;  // an element of the array that the path ends at
  bool truth = false;
  bool hidden = false;  // a longer literal key took its path
  bool decoded = false, folded = false;
  bool sound = false;  // its escapes have been looked at, and are in order
  bool plain = false;  // a text whose bytes stand for themselves: in `raw` nothing is escaped
  SlotId slot = 0;
  uint32_t next = no_id;         // the slot's next value
  uint32_t number = unnumbered;  // what the matcher knows the value by
  // Numbers: as JSON writes them; texts: between the quotes, escapes as written, or plain. Followed by fifteen readable bytes.
  std::string_view raw;
  std::string_view text_view, folded_view;  // once decoded, folded
};

class SlotTable {
 public:
  explicit SlotTable(size_t slots) : heads_(slots, {0, no_id, no_id}) {}

  // Forgets the event. Constant time for slots, linear in the values it had.
  void reset();

  // ---- filling ----
  // A value of `slot`, behind those that it has.
  EventValue& add(SlotId slot, ValueKind kind, bool in_array, std::string_view raw = {}) {
    if (size_ == values_.size()) values_.resize(std::max<size_t>(64, 2 * size_));
    const auto index = static_cast<uint32_t>(size_++);
    EventValue& value = values_[index];
    value.kind = kind;
    value.in_array = in_array;
    value.truth = value.hidden = value.decoded = value.folded = value.sound = value.plain = false;
    value.slot = slot;
    value.next = no_id;
    value.number = EventValue::unnumbered;
    value.raw = raw;
    Head& head = heads_[slot];
    if (head.epoch == epoch_) [[unlikely]]
      values_[head.last].next = index;
    else
      head = {epoch_, index, index};
    head.last = index;
    return value;
  }
  // The same of a text that is plain, and well-formed UTF-8.
  void add_plain(SlotId slot, bool in_array, std::string_view text) {
    EventValue& value = add(slot, ValueKind::text, in_array, text);
    value.sound = value.plain = true;
  }
  size_t size() const { return size_; }
  // Whether more than one value was added to the slot, hidden ones included.
  bool has_several(SlotId slot) const {
    return heads_[slot].epoch == epoch_ && heads_[slot].first != heads_[slot].last;
  }

  // ---- reading ----
  EventValue& value(size_t index) { return values_[index]; }
  // Walks the visible values of a slot: `visit` returns true to stop. Returns whether it stopped.
  template <class Visit>
  bool any_value(SlotId slot, Visit&& visit) {
    const Head& head = heads_[slot];
    if (head.epoch != epoch_) return false;
    for (uint32_t at = head.first; at != no_id; at = values_[at].next)
      if (!values_[at].hidden && visit(values_[at])) return true;
    return false;
  }
  // The slot's value where it has one and no more, and that is visible; else null.
  const EventValue* only_value(SlotId slot) const {
    const Head& head = heads_[slot];
    if (head.epoch != epoch_ || head.first != head.last || values_[head.first].hidden) return nullptr;
    return &values_[head.first];
  }
  bool present(SlotId slot) {
    return any_value(slot, [](EventValue&) { return true; });
  }
  // Whether the value can be seen as text (texts, numbers, truth values).
  static bool has_text(const EventValue& value) {
    return value.kind == ValueKind::text || value.kind == ValueKind::number || value.kind == ValueKind::truth;
  }
  // The text as string operations see it: escapes resolved, numbers as written, true and false.
  std::string_view text(EventValue& value);
  // The same, case-folded, and followed by event_padding readable bytes.
  std::string_view folded(EventValue& value);

  // Where the arena is, and back to it: texts that were made meanwhile are gone.
  struct Mark {
    size_t block, used;
  };
  Mark mark() const { return {block_, used_}; }
  void go_back(Mark mark) {
    block_ = mark.block;
    used_ = mark.used;
  }
  // Copies `bytes` into the arena.
  std::string_view keep(std::string_view bytes);
  // So many bytes of the arena.
  std::span<char> room(size_t size) { return {reserve(size), size}; }

 private:
  struct Head {
    uint64_t epoch;
    uint32_t first, last;
  };
  char* reserve(size_t size);
  // Of the room reserved last, what lies behind `end` is not needed.
  void give_back(const char* end) { used_ = static_cast<size_t>(end - blocks_[block_].bytes.get()); }

  std::vector<EventValue> values_;  // the first size_ are the event's
  size_t size_ = 0;
  std::vector<Head> heads_;
  uint64_t epoch_ = 1;
  // A bump arena: blocks are kept over resets, large ones given back.
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size = 0;
  };
  std::vector<Block> blocks_;
  size_t block_ = 0, used_ = 0;
  std::string scratch_;
};

}  // namespace sigrun
