// What a CorrelationStage knows beside its Correlator, as bytes and back: clocks, and events whose time is not decided or whose input waits.
#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "correlation_stage.h"
#include "support/saved_bytes.h"

namespace sigrun {

std::string CorrelationStage::save() const {
  std::string out, own;
  for (const auto& input : inputs_) {
    append_text(out, input->name);
    append_text(out, input->clock.save());
    own.clear();
    save_held(input->held, own);
    append_text(out, own);
    own.clear();
    save_waiting(input->waiting, own);
    append_text(out, own);
  }
  // Of live inputs that have not come back yet.
  for (const auto& [name, restored] : restored_) {
    append_text(out, name);
    append_text(out, restored.clock.save());
    own.clear();
    save_held(restored.held, own);
    append_text(out, own);
    own.clear();
    save_waiting(restored.waiting, own);
    append_text(out, own);
  }
  return out;
}

void CorrelationStage::save_held(const Held& held, std::string& out) const {
  const OccurrenceBatch& batch = held.events.batch;
  append_bytes(out, uint64_t{held.count});
  save_batch(batch, out);
  for (uint32_t event : held.events.event_of_place) append_bytes(out, event);
}

void CorrelationStage::save_waiting(const std::deque<Waiting>& waiting, std::string& out) const {
  for (const Waiting& one : waiting) {
    append_bytes(out, static_cast<uint32_t>(one.starts.size()));
    for (uint64_t start : one.starts) append_bytes(out, start);
    append_bytes(out, one.watermark);
    save_batch(one.batch, out);
  }
}

void CorrelationStage::save_batch(const OccurrenceBatch& batch, std::string& out) const {
  append_bytes(out, uint64_t{batch.places.size()});
  for (const EventPlace& place : batch.places) {
    append_text(out, place.input);
    append_bytes(out, place.line);
    append_bytes(out, place.offset);
    append_text(out, place.text);
  }
  append_bytes(out, uint64_t{batch.occurrences.size()});
  for (const Occurrence& occurrence : batch.occurrences) {
    append_bytes(out, occurrence.source);
    append_bytes(out, static_cast<uint8_t>(occurrence.late));
    append_bytes(out, occurrence.time);
    append_bytes(out, occurrence.watermark);
    append_bytes(out, occurrence.id.high);
    append_bytes(out, occurrence.id.low);
    append_bytes(out, occurrence.place);
    const std::vector<std::string>& fields = engine_.correlations().captured[occurrence.source];
    append_bytes(out, static_cast<uint32_t>(fields.size()));
    for (size_t field = 0; field < fields.size(); ++field) {
      append_text(out, fields[field]);
      const auto values = batch.values_of(occurrence, field);
      append_bytes(out, static_cast<uint32_t>(values.size()));
      for (const CapturedValue& value : values) append_text(out, batch.text_of(value));
    }
  }
}

bool CorrelationStage::restore_held(std::string_view saved, Held& held) {
  uint64_t count;
  if (!take_bytes(saved, count) || !restore_batch(saved, held.events.batch, held.texts)) return false;
  held.count = count;
  held.from_before = count > 0;
  for (size_t i = 0; i < held.events.batch.places.size(); ++i)
    if (!take_bytes(saved, held.events.event_of_place.emplace_back()) ||
        held.events.event_of_place.back() >= count)
      return false;
  return saved.empty();
}

bool CorrelationStage::restore_waiting(std::string_view saved, std::deque<Waiting>& waiting) {
  while (!saved.empty()) {
    Waiting& one = waiting.emplace_back();
    one.from_before = true;
    uint32_t starts;
    if (!take_bytes(saved, starts) || starts > saved.size()) return false;
    for (uint32_t i = 0; i < starts; ++i) {
      const uint64_t before = i == 0 ? 0 : one.starts.back();
      if (!take_bytes(saved, one.starts.emplace_back()) || one.starts.back() < before) return false;
    }
    if (!take_bytes(saved, one.watermark) || !restore_batch(saved, one.batch, one.texts)) return false;
    // Of rules that are gone there may be fewer.
    for (uint64_t& start : one.starts) start = std::min<uint64_t>(start, one.batch.occurrences.size());
  }
  return true;
}

// Rules and the fields that are wanted of them may have changed: sources go by the names that the Correlator's plan knows, fields by theirs.
bool CorrelationStage::restore_batch(std::string_view& saved, OccurrenceBatch& batch,
                                     std::deque<std::string>& texts) {
  uint64_t places, occurrences;
  if (!take_bytes(saved, places) || places > saved.size()) return false;
  for (uint64_t i = 0; i < places; ++i) {
    EventPlace place;
    if (!take_text(saved, place.input) || !take_bytes(saved, place.line) ||
        !take_bytes(saved, place.offset) || !take_text(saved, place.text))
      return false;
    place.input = texts.emplace_back(place.input);
    place.text = texts.emplace_back(place.text);
    batch.places.push_back(place);
  }
  if (!take_bytes(saved, occurrences)) return false;
  std::map<std::string_view, std::vector<std::string_view>> values;  // by field
  for (uint64_t i = 0; i < occurrences; ++i) {
    Occurrence occurrence;
    uint32_t fields;
    uint8_t late;
    if (!take_bytes(saved, occurrence.source) || !take_bytes(saved, late) ||
        !take_bytes(saved, occurrence.time) || !take_bytes(saved, occurrence.watermark) ||
        !take_bytes(saved, occurrence.id.high) ||
        !take_bytes(saved, occurrence.id.low) || !take_bytes(saved, occurrence.place) ||
        !take_bytes(saved, fields) || occurrence.place >= places)
      return false;
    values.clear();
    for (uint32_t field = 0; field < fields; ++field) {
      std::string_view name, text;
      uint32_t number;
      if (!take_text(saved, name) || !take_bytes(saved, number)) return false;
      for (uint32_t value = 0; value < number; ++value) {
        if (!take_text(saved, text)) return false;
        values[name].push_back(text);
      }
    }
    occurrence.late = late != 0;
    occurrence.source = correlator_.source_of(occurrence.source);
    if (occurrence.source == SavedPlan::no_source) {
      ++held_of_gone_rules_;
      continue;
    }
    occurrence.first_captured = static_cast<uint32_t>(batch.captured.size());
    for (const std::string& field : engine_.correlations().captured[occurrence.source]) {
      batch.add_field();
      for (std::string_view value : values[field]) batch.add_value(value);
    }
    batch.occurrences.push_back(occurrence);
  }
  return true;
}

std::string CorrelationStage::save_told() const {
  std::string out;
  const auto add = [&](const Identity& id) { append_bytes(out, id.high), append_bytes(out, id.low); };
  if (finishing_)
    std::for_each(told_.begin(), told_.end(), add);
  else
    std::for_each(told_before_.begin(), told_before_.end(), add);
  return out;
}

bool CorrelationStage::restore_told(std::string_view saved) {
  while (!saved.empty()) {
    Identity id;
    if (!take_bytes(saved, id.high) || !take_bytes(saved, id.low)) return false;
    told_before_.insert(id);
  }
  return true;
}

size_t CorrelationStage::drop_clocks(size_t most) {
  if (restored_.size() <= most) return 0;
  const size_t dropped = restored_.size() - most;
  std::vector<std::pair<int64_t, std::string>> known;
  for (const auto& [name, restored] : restored_) known.emplace_back(restored.clock.watermark(), name);
  std::sort(known.begin(), known.end());
  for (size_t i = 0; i < dropped; ++i) restored_.erase(known[i].second);
  return dropped;
}

void CorrelationStage::forget() {
  told_before_.clear();
  restored_.clear();
  held_of_gone_rules_ = 0;
  correlator_.forget();
}

bool CorrelationStage::restore(std::string_view saved, InputKind kind) {
  while (!saved.empty()) {
    std::string_view name, clock, held, waiting;
    if (!take_text(saved, name) || !take_text(saved, clock) || !take_text(saved, held) ||
        !take_text(saved, waiting))
      return false;
    Restored one{InputClock(kind, engine_.limits()), {}, {}};
    if (!one.clock.restore(clock) || !restore_held(held, one.held) ||
        one.clock.undecided() != one.held.count || !restore_waiting(waiting, one.waiting))
      return false;
    if (!restored_.emplace(name, std::move(one)).second) return false;
  }
  return true;
}

}  // namespace sigrun
