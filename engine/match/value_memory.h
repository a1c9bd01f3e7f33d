// What is known of values that were met before: logs say the same few things over and over (of 60,000 public Windows events,
// 99 % of the `Image`s and 97 % of the `CallTrace`s have been seen a moment ago).
//
// A value of a slot gets a number for as long as its bytes are kept; what searches and tests found out about it are facts under
// that number. Both are caches of fixed size: the oldest bytes give way to new ones, a newcomer takes a fact's place. What is
// forgotten is found out again, so nothing here can change a result; a stream made to miss costs a hash of its values.
// Of a slot whose values are always new (command lines, queries) most are not even looked up.
//
// Order of calls: start_event(), number_of() for a value of the event, then the rest about that number. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "event/slot_table.h"

namespace sigrun {

class ValueMemory {
 public:
  ValueMemory();

  // Before an event: what was said about its numbers holds until the next one. No event has so many values that numbers run out.
  void start_event() {
    constexpr uint32_t worn = UINT32_MAX / 2;
    if (last_number_ > worn || lists_written_ > worn) forget();
  }
  // The value's number, from 1 on; 0 for values that are not remembered. The same number is the same slot, kind and bytes.
  uint32_t number_of(EventValue& value) {
    if (value.number == EventValue::unnumbered) value.number = find(value);
    return value.number;
  }
  // What is known of `subject` about the value: null where nothing is. What subjects and answers mean is the callers'; subjects
  // of one kind must differ from those of others.
  const uint32_t* answer(uint32_t number, uint32_t subject) const {
    const Fact& fact = facts_[place_of(number, subject)];
    return fact.number == number && fact.subject == subject ? &fact.answer : nullptr;
  }
  void learn(uint32_t number, uint32_t subject, uint32_t answer) {
    if (number != 0) facts_[place_of(number, subject)] = {number, subject, answer};
  }

  // The same with any number of answers. A longer list is not remembered. What is returned lives until the next learn().
  static constexpr size_t most_answers = 255;
  std::optional<std::span<const uint32_t>> answers(uint32_t number, uint32_t subject) const {
    if (number == 0) return {};
    const uint32_t* at = answer(number, subject);
    if (!at) return {};
    if (*at == 0) return std::span<const uint32_t>();
    if (lists_written_ - *at > lists_.size()) return {};
    const uint32_t* list = &lists_[*at % lists_.size()];
    return std::span(list + 1, *list);
  }
  void learn(uint32_t number, uint32_t subject, std::span<const uint32_t> answers);

  // Everything; between events only.
  void forget();

 private:
  static constexpr size_t longest = 1 << 14;      // longer values are not remembered
  static constexpr size_t longest_at_once = 256;  // longer ones have to come twice
  static constexpr size_t bytes_kept = 1 << 20;   // of values, in a ring
  static constexpr size_t places = 1 << 12;       // for values, by hash
  static constexpr size_t list_words = 1 << 14;   // of answers that are lists
  static constexpr size_t fact_bits = 15;
  // Where so many values of a slot in a row were not known, about one in `sampled` is still looked up.
  static constexpr uint32_t most_new = 256, sampled = 16;

  struct Value {
    uint64_t hash = 0;
    uint64_t at = 0;  // in all bytes that were ever kept
    uint32_t number = 0;
    uint32_t size = 0;
    SlotId slot = 0;
    ValueKind kind = ValueKind::null;
    bool sound = false, plain = false;
  };
  struct Fact {
    uint32_t number = EventValue::unnumbered, subject = 0, answer = 0;
  };

  static size_t place_of(uint32_t number, uint32_t subject) {
    return (number * 0x9E3779B97F4A7C15ull + subject * 0xC2B2AE3D27D4EB4Full) >> (64 - fact_bits);
  }
  uint32_t find(EventValue& value);
  void keep(Value& place, const EventValue& value, uint64_t hash);

  std::vector<Value> values_;
  std::vector<uint32_t> new_in_a_row_;  // by slot
  std::vector<Fact> facts_;
  std::unique_ptr<char[]> bytes_;
  uint64_t written_ = 0;         // bytes, ever
  std::vector<uint32_t> lists_;  // a ring of lists of answers, each behind its length
  uint32_t lists_written_ = 1;   // words, ever; a fact's answer is where its list begins, 0 for the empty one
  uint32_t last_number_ = 0;
};

}  // namespace sigrun
