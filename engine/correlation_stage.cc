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
      correlator_(engine.correlations(), options, engine.limits(), std::move(for_each)) {}

CorrelationStage::~CorrelationStage() = default;

void CorrelationStage::begin(std::vector<Input> inputs) {
  for (Input& input : inputs) open(std::move(input));
  restored_.clear();
  go_on_with_waiting();
}

void CorrelationStage::end_chunk(size_t input) { ++inputs_[input]->chunks; }

std::optional<uint64_t> CorrelationStage::waits_from(size_t input) const {
  const uint64_t from = inputs_[input]->waits_from.load(std::memory_order_acquire);
  return from == UINT64_MAX ? std::nullopt : std::optional(from);
}

size_t CorrelationStage::open(Input input) {
  auto& state = inputs_.emplace_back(std::make_unique<InputState>(
      InputClock(input.now ? InputKind::live : InputKind::file, engine_.limits())));
  state->live = input.now.has_value();
  state->now = input.now.value_or(0);
  state->name = std::move(input.name);
  state->in_turn = input.in_turn;
  std::optional<int64_t> floor = input.floor;
  if (const auto known = restored_.find(state->name); known != restored_.end()) {
    state->clock = std::move(known->second.clock);
    state->held = std::move(known->second.held);
    state->waiting = std::move(known->second.waiting);
    // Of one that has had no event, where it begins is still what is known.
    if (state->clock.watermark() != no_watermark) floor = state->clock.watermark();
    restored_.erase(known);
  }
  // A live input holds nobody back before its first event.
  const bool silent = state->live && floor.value_or(no_watermark) == no_watermark;
  state->place = watermark_.open(silent ? std::nullopt : std::optional(floor.value_or(no_watermark)));
  if (state->waits()) {
    state->waits_from = 0;
    watermark_.close(state->place);
  }
  return inputs_.size() - 1;
}

void CorrelationStage::set_now(int64_t now) {
  for (const auto& input : inputs_)
    if (input->live) input->now = now;
}

void CorrelationStage::advance_idle() {
  for (const auto& input : inputs_) {
    if (!input->live || input->ended) continue;
    input->clock.advance_idle(input->now);
    if (input->clock.watermark() != no_watermark)
      watermark_.update(input->place, segment_, input->clock.watermark());
  }
  correlator_.take(ready_, watermark_.watermark(), firings_);
  deliver_firings();
}

void CorrelationStage::take(size_t input, EventOccurrences& events) {
  InputState& state = *inputs_[input];
  state.in_turn = false;
  if (state.waits()) state.waiting.emplace_back();
  decided_.clear();
  state.clock.add(events.stamps, state.now, decided_);
  const bool plain = !state.waits() && state.held.count == 0 && decided_.size() == events.stamps.size() &&
                     std::all_of(decided_.begin(), decided_.end(), [](const EventTime& time) {
                       return time.timing != Timing::segment_start && time.timing != Timing::future;
                     });
  if (plain) return pass_on(state, events);

  // What was held comes first; what is still not decided is held.
  Held before = std::exchange(state.held, {});
  pass_on_some(state, before.events, 0, before.count, before.from_before);
  pass_on_some(state, events, before.count, before.count + events.stamps.size(), false);
  state.held.from_before = before.from_before && decided_.size() < before.count;
  if (state.waits())
    state.waiting.back().watermark = state.clock.watermark();
  else
    correlate(state, ready_, state.clock.watermark());
  state.held.count = before.count + events.stamps.size() - decided_.size();
  for (uint32_t& event : state.held.events.event_of_place) event -= static_cast<uint32_t>(decided_.size());
}

// All of the batch's events are decided and none is odd: the batch goes on as it is.
void CorrelationStage::pass_on(InputState& state, EventOccurrences& events) {
  for (Occurrence& occurrence : events.batch.occurrences) {
    const EventTime& time = decided_[events.event_of_place[occurrence.place]];
    occurrence.time = time.time;
    occurrence.late = time.timing == Timing::late;
  }
  correlate(state, events.batch, state.clock.watermark());
}

// `events` are those from `first` to `end` among the decided ones and what lies behind these.
void CorrelationStage::pass_on_some(InputState& state, const EventOccurrences& events, size_t first,
                                    size_t end, bool from_before) {
  const OccurrenceBatch& batch = events.batch;
  uint32_t last_place = UINT32_MAX, copied_place = 0;
  size_t next = first;
  // Segments that begin with events that matched nothing close windows as well.
  auto come_to = [&](size_t event) {
    for (; next < std::min(event, decided_.size()); ++next)
      if (decided_[next].timing == Timing::segment_start) begin_segment(state), last_place = UINT32_MAX;
  };
  for (const Occurrence& occurrence : batch.occurrences) {
    const size_t event = first + events.event_of_place[occurrence.place];
    come_to(event + 1);
    const bool is_decided = event < decided_.size();
    if (is_decided && decided_[event].timing == Timing::future) continue;
    OccurrenceBatch& to = !is_decided     ? state.held.events.batch
                          : state.waits() ? state.waiting.back().batch
                                          : ready_;
    if (occurrence.place != last_place) {
      last_place = occurrence.place;
      EventPlace place = batch.places[occurrence.place];
      // Texts that are kept outlive their batch; what is decided now is correlated before the batch goes.
      if (!is_decided || state.waits()) {
        auto& texts = is_decided ? state.waiting.back().texts : state.held.texts;
        place.text = texts.emplace_back(place.text);
        place.input = texts.emplace_back(place.input);
      }
      if (!is_decided) state.held.events.event_of_place.push_back(static_cast<uint32_t>(event));
      copied_place = static_cast<uint32_t>(to.places.size());
      to.places.push_back(place);
    }
    copy_occurrence(batch, occurrence, engine_.correlations().captured[occurrence.source].size(),
                    copied_place, to);
    if (!is_decided) continue;
    to.occurrences.back().time = decided_[event].time;
    to.occurrences.back().late = decided_[event].timing == Timing::late;
    if (from_before) correlator_.add_from_before(occurrence.source, decided_[event].time);
  }
  come_to(end);
}

// Everything of the input before this is final. Where other inputs are still being read, their windows stay open, and this one waits; where too many wait
// already, what follows is late as far as the others have come.
void CorrelationStage::begin_segment(InputState& state) {
  if (!state.waits()) {
    if (!is_any_read(&state)) {
      close_all();
      watermark_.update(state.place, ++segment_, no_watermark);
      watermark_.begin_segment(segment_);
      return;
    }
    // A file that waits stays open.
    const auto waiting = static_cast<size_t>(
        std::count_if(inputs_.begin(), inputs_.end(), [](const auto& input) { return input->waits(); }));
    const size_t open_files = engine_.limits().open_files;
    if (inputs_.size() > open_files && waiting >= open_files / 2) return;
    wait(state);
  }
  Waiting& last = state.waiting.back();
  last.starts.push_back(last.batch.occurrences.size());
}

void CorrelationStage::wait(InputState& state) {
  watermark_.close(state.place);
  correlator_.take(ready_, watermark_.watermark(), firings_);
  ready_.clear();
  deliver_firings();
  state.waiting.emplace_back();
  state.waits_from.store(state.chunks, std::memory_order_release);
}

// Of those that wait the first, once nobody is being read.
void CorrelationStage::go_on_with_waiting() {
  while (!is_any_read()) {
    const auto first =
        std::find_if(inputs_.begin(), inputs_.end(), [](const auto& input) { return input->waits(); });
    if (first == inputs_.end()) return;
    go_on(**first);
  }
}

// Take by take, as if it came only now: what the watermark brings depends on it.
void CorrelationStage::go_on(InputState& state) {
  const std::deque<Waiting> waiting = std::exchange(state.waiting, {});
  state.place = watermark_.open({});
  for (const Waiting& one : waiting) go_on(state, one);
  if (!std::exchange(state.pauses, false)) return;
  state.paused = true;
  correlate(state, ready_, no_watermark);
}

void CorrelationStage::go_on(InputState& state, const Waiting& waiting) {
  if (waiting.from_before)
    for (const Occurrence& occurrence : waiting.batch.occurrences)
      correlator_.add_from_before(occurrence.source, occurrence.time);
  size_t next = 0;
  for (const uint64_t start : waiting.starts) {
    append(waiting.batch, std::exchange(next, start), start, ready_);
    begin_segment(state);
  }
  append(waiting.batch, next, waiting.batch.occurrences.size(), ready_);
  state.ended = waiting.ends;
  correlate(state, ready_, waiting.watermark);
}

void CorrelationStage::append(const OccurrenceBatch& from, size_t first, size_t end,
                              OccurrenceBatch& to) const {
  uint32_t last_place = UINT32_MAX;
  for (size_t i = first; i < end; ++i) {
    const Occurrence& occurrence = from.occurrences[i];
    if (occurrence.place != last_place) to.places.push_back(from.places[last_place = occurrence.place]);
    copy_occurrence(from, occurrence, engine_.correlations().captured[occurrence.source].size(),
                    static_cast<uint32_t>(to.places.size() - 1), to);
  }
}

bool CorrelationStage::is_any_read(const InputState* but) const {
  return std::any_of(inputs_.begin(), inputs_.end(), [&](const auto& input) {
    return input.get() != but && !input->ended && !input->paused && !input->waits() && !input->in_turn;
  });
}

void CorrelationStage::close_all() {
  correlator_.take(ready_, watermark_.watermark(), firings_);
  correlator_.close(firings_);
  ready_.clear();
  deliver_firings();
}

void CorrelationStage::correlate(InputState& state, OccurrenceBatch& batch, int64_t watermark) {
  if (state.ended || state.paused)
    watermark_.close(state.place);
  else
    watermark_.update(state.place, segment_, watermark);
  correlator_.take(batch, watermark_.watermark(), firings_);
  if (&batch == &ready_) ready_.clear();
  deliver_firings();
}

void CorrelationStage::end(size_t input) {
  InputState& state = *inputs_[input];
  if (state.ended) return;
  state.in_turn = false;
  if (state.waits()) state.waiting.emplace_back();
  decided_.clear();
  state.clock.end(decided_);
  const Held before = std::exchange(state.held, {});
  pass_on_some(state, before.events, 0, before.count, before.from_before);
  if (state.waits()) {
    state.waiting.back().ends = true;
  } else {
    state.ended = true;
    correlate(state, ready_, state.clock.watermark());
  }
  go_on_with_waiting();
}

void CorrelationStage::pause(size_t input) {
  InputState& state = *inputs_[input];
  state.in_turn = false;
  if (state.waits()) state.waiting.emplace_back();
  decided_.clear();
  state.clock.pause(decided_);
  const Held before = std::exchange(state.held, {});
  pass_on_some(state, before.events, 0, before.count, before.from_before);
  if (state.waits()) {
    state.waiting.back().watermark = state.clock.watermark();
    state.pauses = true;
    return;
  }
  state.paused = true;
  correlate(state, ready_, state.clock.watermark());
  go_on_with_waiting();
}

void CorrelationStage::finish() {
  finishing_ = true;
  for (size_t input = 0; input < inputs_.size(); ++input) end(input);
  watermark_.finish();
  close_all();
}

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
        !take_bytes(saved, occurrence.time) || !take_bytes(saved, occurrence.id.high) ||
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

TimeCounters CorrelationStage::times() const {
  TimeCounters times;
  for (const auto& input : inputs_) times.add(input->clock.counters());
  return times;
}

void CorrelationStage::deliver_firings() {
  for (Firing& fired : firings_) {
    const auto shared = std::make_shared<const Firing>(std::move(fired));
    const Firing& firing = *shared;
    const CorrelationInfo& info = engine_.correlation_rules()[firing.correlation];
    if (info.muted) continue;
    if (finishing_) told_.push_back(firing.id);
    if (told_before_.contains(firing.id)) {
      ++told_before_count_;
      continue;
    }
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
    alert.firing = shared;
    alert.correlation = &info;
    alert.rule_of = &engine_.sources();
    ++alerts_by_level_[static_cast<size_t>(info.rule->level)];
    if (deliver_) deliver_(alert);
  }
  firings_.clear();
}

}  // namespace sigrun
