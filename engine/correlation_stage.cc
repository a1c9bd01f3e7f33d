#include "correlation_stage.h"

#include <algorithm>
#include <utility>

#include "event/timestamp.h"

namespace sigrun {

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
    state->counted_before = state->clock.counters();
    state->held = std::move(known->second.held);
    state->waiting = std::move(known->second.waiting);
    // Of one that has had no event, where it begins is still what is known.
    if (state->clock.watermark() != never) floor = state->clock.watermark();
    restored_.erase(known);
  }
  // A live input holds nobody back before its first event.
  const bool silent = state->live && floor.value_or(never) == never;
  state->place = watermark_.open(silent ? std::nullopt : std::optional(floor.value_or(never)));
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
    if (input->clock.watermark() != never) watermark_.update(input->place, input->clock.watermark());
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
    occurrence.watermark = time.watermark;
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
    Occurrence& copy =
        to.append(batch, occurrence, engine_.correlations().captured[occurrence.source].size(), copied_place);
    if (!is_decided) continue;
    copy.time = decided_[event].time;
    copy.late = decided_[event].timing == Timing::late;
    copy.watermark = decided_[event].watermark;
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
      watermark_.begin_segment(state.place);
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
  correlate(state, ready_, never);
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
    to.append(from, occurrence, engine_.correlations().captured[occurrence.source].size(),
              static_cast<uint32_t>(to.places.size() - 1));
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
    watermark_.update(state.place, watermark);
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

TimeCounters CorrelationStage::times() const {
  TimeCounters times;
  for (const auto& input : inputs_) times.add(input->clock.counters().since(input->counted_before));
  return times;
}

void CorrelationStage::tell_scores(std::function<void(const Score&)> tell) {
  tell_score_ = std::move(tell);
  correlator_.keep_scores(tell_score_ ? &scores_ : nullptr);
}

void CorrelationStage::deliver_firings() {
  for (const Score& score : scores_) tell_score_(score);
  scores_.clear();
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
    alert.kind = firing.finding ? AlertKind::analytic : AlertKind::correlation;
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
