// Evaluating on a caller's thread.
#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <utility>

#include "event/byte_source.h"
#include "event/event_reader.h"
#include "live/live_parts.h"

namespace sigrun {
namespace {

// A call leaves what it has for the correlations after so many bytes, and at its end.
constexpr size_t handed_bytes = 1 << 20;
// Times of events that matched nothing wait for the next pass.
constexpr size_t urgent_bytes = 64 << 10;

}  // namespace

LiveEngine::Call::Call(LiveEngine& engine, std::string_view input)
    : engine_(engine),
      generation_(engine.current()),
      name_(input),
      now_(engine.now()),
      exceptions_(std::uncaught_exceptions()) {
  if (!generation_->engine) return;
  scratch_ = generation_->take_scratch();
  if (generation_->correlates()) {
    input_ = &engine.input_of(input);
    scratch_->handed.input = input_->name;
    name_ = input_->name;
  }
}

LiveEngine::Call::~Call() {
  if (!scratch_) return;
  Counters& counters = scratch_->counters;
  bool sound = std::uncaught_exceptions() == exceptions_;
  // Memory may run out; then the host must not end.
  try {
    if (sound) hand_over();
  } catch (const std::bad_alloc&) {
    sound = false;
  }
  // Of a record that was not done to its end.
  counters.dropped +=
      counters.in - counters.processed - counters.degraded - counters.rejected - counters.dropped;
  try {
    {
      const Lock lock(engine_.mutex_);
      engine_.totals_.add(counters);
    }
    if (!sound) return;
    counters = {};
    scratch_->matched.clear();
    const std::lock_guard lock(generation_->mutex);
    generation_->idle.push_back(std::move(scratch_));
  } catch (const std::bad_alloc&) {
  }
}

// Whether the next record is let pass unmatched; waits where that is what should be done.
bool LiveEngine::Call::passes() {
  const LiveOptions& live = engine_.live_;
  const auto behind = [&] {
    return input_ && engine_.behind_bytes_.load(std::memory_order_relaxed) > live.behind_memory;
  };
  if (live.when_behind == LiveOptions::WhenBehind::pass)
    return behind() || (live.queue_detections && engine_.queue_->blocks());
  while (behind() && !engine_.hurried_.load(std::memory_order_relaxed)) {
    if (!engine_.options_.threaded) {
      std::string problem;  // told as health
      engine_.flush(problem);
      break;
    }
    Lock lock(engine_.handed_mutex_);
    if (engine_.stopping_) break;
    engine_.urgent_ = true;
    engine_.handed_.notify_one();
    engine_.room_.wait_for(lock, std::chrono::milliseconds(20));
  }
  return false;
}

const LiveEngine::Result& LiveEngine::Call::evaluate(const HostRecord& record,
                                                     std::optional<int64_t> received, bool json) {
  result_ = {};
  if (!scratch_ || passes()) {
    Counters dropped;
    dropped.in = dropped.dropped = 1;
    dropped.bytes = record.bytes.size();
    for (const NamedValue& pair : record.pairs) dropped.bytes += pair.name.size() + pair.value.size();
    {
      const Lock lock(engine_.mutex_);
      engine_.totals_.add(dropped);
    }
    result_.outcome = Outcome::dropped;
    result_.events = 1;
    result_.problem = scratch_ ? "the correlations are behind" : "no rules are loaded";
    return result_;
  }
  Scratch& scratch = *scratch_;
  const Engine& engine = *generation_->engine;
  const Counters& counters = scratch.counters;
  const uint64_t in = counters.in, degraded = counters.degraded, rejected = counters.rejected,
                 dropped = counters.dropped;
  scratch.matched.clear();
  scratch.problem.clear();
  engine.set_received(*scratch.engine, received);
  if (record.form == HostRecord::Form::json) {
    evaluate_json(record, json);
  } else {
    engine.evaluate_record(record, name_, *scratch.engine, scratch.alerts, scratch.counters, scratch.problem,
                           &scratch.occurrences);
    take_alerts(json, nullptr);
    take_occurrences();
  }
  result_.events = counters.in - in;
  if (counters.dropped > dropped)
    result_.outcome = Outcome::dropped;
  else if (counters.rejected > rejected)
    result_.outcome = Outcome::rejected;
  else if (counters.degraded > degraded)
    result_.outcome = Outcome::degraded;
  for (const Matched& match : scratch.matched) result_.level = std::max(result_.level, match.rule->level);
  result_.matches = scratch.matched;
  result_.problem = scratch.problem;
  return result_;
}

void LiveEngine::Call::evaluate_json(const HostRecord& record, bool json) {
  const std::string_view text = record.bytes;
  EventBatch& batch = scratch_->batch;
  batch.clear();
  batch.bytes.append(text);
  // One event on a line, as records are; anything else takes the longer way.
  const LineFramer::Progress framed =
      scratch_->lines.run(batch.bytes.data(), text.size(), record.offset, record.line, true, batch);
  if (framed.bytes == text.size()) return evaluate_batch(batch, json, nullptr);
  const Engine& engine = *generation_->engine;
  const auto source = memory_byte_source(text);
  EventReader reader(*source, engine.envelopes(), engine.limits());
  while (reader.next(scratch_->other_batch)) {
    for (EventSpan& span : scratch_->other_batch.events)
      span.line += record.line - 1, span.offset += record.offset;
    evaluate_batch(scratch_->other_batch, json, nullptr);
  }
  if (scratch_->problem.empty()) scratch_->problem = reader.error();
}

bool LiveEngine::Call::evaluate_text(std::string_view bytes, const std::function<void(const Alert&)>& alert,
                                     std::string& problem) {
  if (!scratch_ || passes()) {
    Counters dropped;
    dropped.in = dropped.dropped = 1;
    dropped.bytes = bytes.size();
    const Lock lock(engine_.mutex_);
    engine_.totals_.add(dropped);
    return true;
  }
  const Engine& engine = *generation_->engine;
  engine.set_received(*scratch_->engine, {});
  const auto source = memory_byte_source(bytes);
  EventReader reader(*source, engine.envelopes(), engine.limits());
  while (reader.next(scratch_->other_batch)) evaluate_batch(scratch_->other_batch, false, &alert);
  problem = reader.error();
  return problem.empty();
}

void LiveEngine::Call::evaluate_batch(const EventBatch& batch, bool json,
                                      const std::function<void(const Alert&)>* alert) {
  Scratch& scratch = *scratch_;
  const Engine& engine = *generation_->engine;
  if (!batch.rejected.empty() && scratch.problem.empty()) scratch.problem = batch.rejected[0].reason;
  for (size_t at = 0;;) {
    scratch.rejected.clear();
    at = engine.evaluate_some(batch, at, engine.limits().alert_bytes, name_, *scratch.engine, scratch.alerts,
                              scratch.counters, &scratch.rejected, &scratch.occurrences);
    if (!scratch.rejected.empty() && scratch.problem.empty()) scratch.problem = scratch.rejected[0].reason;
    take_alerts(json, alert);
    take_occurrences();
    if (at >= batch.events.size()) return;
  }
}

void LiveEngine::Call::take_alerts(bool json, const std::function<void(const Alert&)>* tell) {
  Scratch& scratch = *scratch_;
  for (const Alert& alert : scratch.alerts) {
    const bool queued = engine_.live_.queue_detections;
    if (alert.kind == AlertKind::health || json || queued) render(alert, scratch.json);
    if (alert.kind == AlertKind::health) {
      // Each scratch raises one of its own.
      const auto number = generation_->number_of.find(alert.rule.get());
      if (number != generation_->number_of.end() &&
          generation_->told_of_budget[number->second].exchange(true))
        continue;
      engine_.queue_->put_health_alert(scratch.json);
      if (tell && *tell) (*tell)(alert);
      continue;
    }
    if (queued) engine_.queue_->put(alert.rule->id, scratch.json, now_);
    if (tell) {
      if (*tell) (*tell)(alert);
    } else {
      scratch.matched.push_back({alert.rule, alert.id, json ? scratch.json : std::string()});
    }
  }
  scratch.alerts.clear();
}

void LiveEngine::Call::take_occurrences() {
  Scratch& scratch = *scratch_;
  if (!input_ || scratch.occurrences.stamps.empty()) return;
  scratch.handed.append(scratch.occurrences, generation_->engine->limits().evidence_event_bytes);
  scratch.occurrences.clear();
  if (scratch.handed.bytes() > handed_bytes) hand_over();
}

void LiveEngine::Call::hand_over() {
  HandedEvents& handed = scratch_->handed;
  if (!input_ || handed.empty()) return;
  const size_t bytes = handed.bytes();
  bool urgent = handed.has_occurrences();
  {
    const std::lock_guard lock(input_->mutex);
    // What may end the memory comes before anything is taken over: nothing is handed over twice.
    if (!input_->marked) {
      const Lock handed_lock(engine_.handed_mutex_);
      engine_.handed_inputs_.push_back(input_);
      input_->marked = true;
    }
    if (input_->pending.empty() || input_->pending.back().generation != generation_) {
      input_->pending.push_back({generation_, {}, 0});
      input_->pending.back().events.input = input_->name;
    }
    Input::Handed& last = input_->pending.back();
    last.events.append(std::move(handed));
    last.bytes += bytes;
    urgent = urgent || last.bytes > urgent_bytes;
    engine_.behind_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  }
  handed.clear();
  if (!urgent) return;
  const Lock lock(engine_.handed_mutex_);
  if (!std::exchange(engine_.urgent_, true)) engine_.handed_.notify_one();
}

}  // namespace sigrun
