#include "correlation_stage.h"

#include <algorithm>
#include <utility>

#include "event/timestamp.h"
#include "support/saved_bytes.h"

namespace sigrun {
namespace {

// Adds an occurrence of `from`, with its values; its place is `place`.
void copy_occurrence(const OccurrenceBatch& from, const Occurrence& occurrence, size_t fields, uint32_t place,
                     OccurrenceBatch& to) {
  Occurrence& copy = to.occurrences.emplace_back(occurrence);
  copy.place = place;
  copy.first_captured = static_cast<uint32_t>(to.captured.size());
  for (size_t field = 0; field < fields; ++field) {
    to.add_field();
    for (const CapturedValue& value : from.values_of(occurrence, field)) to.add_value(from.text_of(value));
  }
}

}  // namespace

CorrelationStage::CorrelationStage(const Engine& engine, const CorrelatorOptions& options, ForEach for_each,
                                   Deliver deliver)
    : engine_(engine),
      deliver_(std::move(deliver)),
      correlator_(engine.correlations(), options, engine.limits(), std::move(for_each)),
      rule_of_(engine.rules()) {
  for (const CorrelationInfo& correlation : engine.correlation_rules()) rule_of_.push_back(correlation.rule);
}

CorrelationStage::~CorrelationStage() = default;

void CorrelationStage::take(EventOccurrences& events) {
  if (!clock_) clock_ = std::make_unique<InputClock>(InputKind::file, engine_.limits());
  decided_.clear();
  clock_->add(events.stamps, 0, decided_);
  const bool plain = held_.count == 0 && decided_.size() == events.stamps.size() &&
                     std::all_of(decided_.begin(), decided_.end(), [](const EventTime& time) {
                       return time.timing != Timing::segment_start && time.timing != Timing::future;
                     });
  if (plain) return pass_on(events, 0);

  // What was held comes first; what is still not decided is held.
  Held before = std::exchange(held_, {});
  pass_on_some(before.events, 0, held_);
  pass_on_some(events, before.count, held_);
  correlate(ready_, clock_->watermark());
  held_.count = before.count + events.stamps.size() - decided_.size();
  for (uint32_t& event : held_.events.event_of_place) event -= static_cast<uint32_t>(decided_.size());
}

// All of the batch's events are decided and none is odd: the batch goes on as it is.
void CorrelationStage::pass_on(EventOccurrences& events, size_t first_event) {
  for (Occurrence& occurrence : events.batch.occurrences) {
    const EventTime& time = decided_[first_event + events.event_of_place[occurrence.place]];
    occurrence.time = time.time;
    occurrence.late = time.timing == Timing::late;
  }
  correlate(events.batch, clock_->watermark());
}

// `first_event`: the number that the first of `events` has among the decided ones.
void CorrelationStage::pass_on_some(const EventOccurrences& events, size_t first_event, Held& undecided) {
  const OccurrenceBatch& batch = events.batch;
  size_t segments_closed = 0;
  uint32_t last_place = UINT32_MAX, copied_place = 0;
  size_t next_event = first_event;
  for (const Occurrence& occurrence : batch.occurrences) {
    const size_t event = first_event + events.event_of_place[occurrence.place];
    // Segments that begin with events that matched nothing close windows as well.
    for (; next_event <= event && next_event < decided_.size(); ++next_event)
      if (decided_[next_event].timing == Timing::segment_start)
        close_segment(), ++segments_closed, last_place = UINT32_MAX;
    const bool is_decided = event < decided_.size();
    if (is_decided && decided_[event].timing == Timing::future) continue;
    OccurrenceBatch& to = is_decided ? ready_ : undecided.events.batch;
    if (occurrence.place != last_place) {
      last_place = occurrence.place;
      EventPlace place = batch.places[occurrence.place];
      // Held texts outlive their batch; what is decided now is correlated before the batch goes.
      if (!is_decided) {
        place.text = undecided.texts.emplace_back(place.text);
        place.input = undecided.texts.emplace_back(place.input);
        undecided.events.event_of_place.push_back(static_cast<uint32_t>(event));
      }
      copied_place = static_cast<uint32_t>(to.places.size());
      to.places.push_back(place);
    }
    copy_occurrence(batch, occurrence, engine_.correlations().captured[occurrence.source].size(),
                    copied_place, to);
    if (!is_decided) continue;
    to.occurrences.back().time = decided_[event].time;
    to.occurrences.back().late = decided_[event].timing == Timing::late;
  }
  const size_t end =
      std::min(decided_.size(), first_event + (events.stamps.empty() ? 0 : events.stamps.size()));
  for (; next_event < end; ++next_event)
    if (decided_[next_event].timing == Timing::segment_start) close_segment();
}

void CorrelationStage::close_segment() {
  correlator_.take(ready_, watermark_, firings_);
  correlator_.close(firings_);
  ready_.clear();
  watermark_ = no_watermark;
  deliver_firings();
}

void CorrelationStage::correlate(const OccurrenceBatch& batch, int64_t watermark) {
  watermark_ = std::max(watermark_, watermark);
  correlator_.take(batch, watermark_, firings_);
  if (&batch == &ready_) ready_.clear();
  deliver_firings();
}

void CorrelationStage::end() {
  if (!clock_) return;
  decided_.clear();
  clock_->end(decided_);
  Held before = std::exchange(held_, {});
  pass_on_some(before.events, 0, held_);
  ended_.add(clock_->counters());
  clock_.reset();
  correlate(ready_, watermark_);
}

void CorrelationStage::finish() {
  end();
  close_segment();
}

std::string CorrelationStage::save() const {
  std::string out;
  append_bytes(out, watermark_);
  append_text(out, clock_ ? clock_->save() : std::string());
  save_held(out);
  return out;
}

void CorrelationStage::save_held(std::string& out) const {
  const OccurrenceBatch& batch = held_.events.batch;
  append_bytes(out, uint64_t{held_.count});
  append_bytes(out, uint64_t{batch.places.size()});
  for (size_t i = 0; i < batch.places.size(); ++i) {
    const EventPlace& place = batch.places[i];
    append_bytes(out, held_.events.event_of_place[i]);
    append_text(out, place.input);
    append_bytes(out, place.line);
    append_bytes(out, place.offset);
    append_text(out, place.text);
  }
  append_bytes(out, uint64_t{batch.occurrences.size()});
  for (const Occurrence& occurrence : batch.occurrences) {
    append_text(out, engine_.rules()[occurrence.source]->id);
    append_bytes(out, occurrence.source);
    append_bytes(out, occurrence.time);
    append_bytes(out, occurrence.id.high);
    append_bytes(out, occurrence.id.low);
    append_bytes(out, occurrence.place);
    const size_t fields = engine_.correlations().captured[occurrence.source].size();
    append_bytes(out, static_cast<uint32_t>(fields));
    for (size_t field = 0; field < fields; ++field) {
      const auto values = batch.values_of(occurrence, field);
      append_bytes(out, static_cast<uint32_t>(values.size()));
      for (const CapturedValue& value : values) append_text(out, batch.text_of(value));
    }
  }
}

// Occurrences of rules that are not what they were when the state was saved are left out.
bool CorrelationStage::restore_held(std::string_view& saved) {
  Held held;
  OccurrenceBatch& batch = held.events.batch;
  uint64_t count, places, occurrences;
  if (!take_bytes(saved, count) || !take_bytes(saved, places) || places > saved.size()) return false;
  held.count = count;
  for (uint64_t i = 0; i < places; ++i) {
    EventPlace place;
    if (!take_bytes(saved, held.events.event_of_place.emplace_back()) || !take_text(saved, place.input) ||
        !take_bytes(saved, place.line) || !take_bytes(saved, place.offset) || !take_text(saved, place.text) ||
        held.events.event_of_place.back() >= count)
      return false;
    place.input = held.texts.emplace_back(place.input);
    place.text = held.texts.emplace_back(place.text);
    batch.places.push_back(place);
  }
  if (!take_bytes(saved, occurrences)) return false;
  for (uint64_t i = 0; i < occurrences; ++i) {
    std::string_view rule;
    Occurrence occurrence;
    uint32_t fields;
    if (!take_text(saved, rule) || !take_bytes(saved, occurrence.source) ||
        !take_bytes(saved, occurrence.time) || !take_bytes(saved, occurrence.id.high) ||
        !take_bytes(saved, occurrence.id.low) || !take_bytes(saved, occurrence.place) ||
        !take_bytes(saved, fields) || occurrence.place >= places)
      return false;
    const bool same = occurrence.source < engine_.rules().size() &&
                      engine_.rules()[occurrence.source]->id == rule &&
                      engine_.correlations().captured[occurrence.source].size() == fields;
    occurrence.first_captured = static_cast<uint32_t>(batch.captured.size());
    for (uint32_t field = 0; field < fields; ++field) {
      uint32_t values;
      if (!take_bytes(saved, values)) return false;
      if (same) batch.add_field();
      for (uint32_t value = 0; value < values; ++value) {
        std::string_view text;
        if (!take_text(saved, text)) return false;
        if (same) batch.add_value(text);
      }
    }
    if (same) batch.occurrences.push_back(occurrence);
  }
  held_ = std::move(held);
  return true;
}

bool CorrelationStage::restore(std::string_view saved) {
  std::string_view clock;
  if (!take_bytes(saved, watermark_) || !take_text(saved, clock) || !restore_held(saved) || !saved.empty())
    return false;
  if (clock.empty()) return held_.count == 0;
  clock_ = std::make_unique<InputClock>(InputKind::file, engine_.limits());
  return clock_->restore(clock) && clock_->undecided() == held_.count;
}

TimeCounters CorrelationStage::times() const {
  TimeCounters times = ended_;
  if (clock_) times.add(clock_->counters());
  return times;
}

void CorrelationStage::deliver_firings() {
  for (const Firing& firing : firings_) {
    const CorrelationInfo& info = engine_.correlation_rules()[firing.correlation];
    if (info.muted) continue;
    Alert alert;
    alert.kind = AlertKind::correlation;
    alert.id = alert_id_of(firing.id);
    alert.time = format_time(firing.time);
    alert.rule = info.rule;
    if (!firing.evidence.empty()) {
      const Evidence& last = firing.evidence.back();
      alert.file = last.input;
      alert.line = last.line;
      alert.offset = last.offset;
    }
    alert.firing = &firing;
    alert.correlation = &info;
    alert.rule_of = &rule_of_;
    ++alerts_by_level_[static_cast<size_t>(info.rule->level)];
    if (deliver_) deliver_(alert);
  }
  firings_.clear();
}

}  // namespace sigrun
