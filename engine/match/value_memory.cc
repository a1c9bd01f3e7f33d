#include "match/value_memory.h"

#include <algorithm>
#include <cstring>

#include "event/json_string.h"
#include "support/quick_hash.h"

namespace sigrun {

ValueMemory::ValueMemory()
    : values_(places),
      facts_(size_t{1} << fact_bits),
      bytes_(std::make_unique<char[]>(bytes_kept)),
      lists_(list_words) {}

void ValueMemory::forget() {
  std::fill(values_.begin(), values_.end(), Value{});
  std::fill(facts_.begin(), facts_.end(), Fact{});
  new_in_a_row_.clear();
  written_ = 0;
  last_number_ = 0;
  lists_written_ = 1;
}

uint32_t ValueMemory::find(EventValue& value) {
  const bool kept = value.kind == ValueKind::text || value.kind == ValueKind::number;
  if (!kept || value.raw.size() > longest) return 0;
  if (value.slot >= new_in_a_row_.size()) new_in_a_row_.resize(value.slot + 1);
  uint32_t& new_in_a_row = new_in_a_row_[value.slot];
  if (new_in_a_row >= most_new && ++new_in_a_row % sampled != 0) return 0;
  // Whoever finds values that collide has found a way to make them be looked at again.
  const uint64_t hash = quick_hash(value.raw) + value.slot * 0x9E3779B97F4A7C15ull;
  Value& place = values_[hash >> 32 & (places - 1)];
  const bool known = place.hash == hash && place.number != 0 && place.slot == value.slot &&
                     place.kind == value.kind && place.plain == value.plain &&
                     place.size == value.raw.size() &&
                     written_ - place.at <= bytes_kept &&
                     std::memcmp(bytes_.get() + place.at % bytes_kept, value.raw.data(), place.size) == 0;
  if (known) {
    new_in_a_row = 0;
  } else {
    ++new_in_a_row;
    // Long values have to come twice: most never do, and would push many short ones out.
    const bool met = place.hash == hash;
    if (value.raw.size() > longest_at_once && !met) {
      place = {};
      place.hash = hash;
      return 0;
    }
    keep(place, value, hash);
  }
  value.sound = value.sound || place.sound;
  return place.number;
}

void ValueMemory::keep(Value& place, const EventValue& value, uint64_t hash) {
  const size_t size = value.raw.size();
  // No value lies around the ring's end.
  const size_t left = bytes_kept - written_ % bytes_kept;
  if (left < size) written_ += left;
  if (size > 0) std::memcpy(bytes_.get() + written_ % bytes_kept, value.raw.data(), size);
  const bool sound = value.sound || (value.kind == ValueKind::text && is_sound_padded_json_string(value.raw));
  place = {hash, written_, ++last_number_, static_cast<uint32_t>(size), value.slot, value.kind, sound,
           value.plain};
  written_ += size;
}

void ValueMemory::learn(uint32_t number, uint32_t subject, std::span<const uint32_t> answers) {
  if (number == 0 || answers.size() > most_answers) return;
  if (answers.empty()) return learn(number, subject, 0u);
  // No list lies around the ring's end.
  const uint32_t size = static_cast<uint32_t>(answers.size()) + 1;
  const auto left = static_cast<uint32_t>(lists_.size() - lists_written_ % lists_.size());
  if (left < size) lists_written_ += left;
  const auto list = lists_.begin() + lists_written_ % static_cast<std::ptrdiff_t>(lists_.size());
  *list = size - 1;
  std::copy(answers.begin(), answers.end(), list + 1);
  learn(number, subject, lists_written_);
  lists_written_ += size;
}

}  // namespace sigrun
