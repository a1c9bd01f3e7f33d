// The C interface over LiveEngine. Every entry point catches everything: an exception that crossed into a C host would end it.
#include "sigrun/sigrun.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "alert/render.h"
#include "capi/host_records.h"
#include "capi/option_overrides.h"
#include "live/live_engine.h"
#include "live/metrics.h"

#define SIGRUN_TEXT_OF(x) #x
#define SIGRUN_TEXT(x) SIGRUN_TEXT_OF(x)
#define SIGRUN_HEADER_VERSION       \
  SIGRUN_TEXT(SIGRUN_VERSION_MAJOR) \
  "." SIGRUN_TEXT(SIGRUN_VERSION_MINOR) "." SIGRUN_TEXT(SIGRUN_VERSION_PATCH)
static_assert(std::string_view(SIGRUN_HEADER_VERSION) == SIGRUN_VERSION,
              "sigrun.h and meson.build disagree about the version");

struct sigrun_engine {
  sigrun::LiveEngine live;
  mutable std::mutex mutex;  // guards what follows
  std::vector<std::string> problems;
  size_t refused = 0, rules = 0;

  void take_report() {
    const auto report = live.report();
    const std::lock_guard lock(mutex);
    problems.clear();
    for (const sigrun::Diagnostic& diagnostic : report->diagnostics)
      problems.push_back(diagnostic.to_string());
    refused = report->refused;
    rules = live.counters().rules;
  }
};

namespace {

using sigrun::HostRecord;
using sigrun::LiveEngine;
using sigrun::LiveOptions;

// The first layout of each struct: a caller that has less was not compiled against any sigrun.h.
constexpr size_t smallest_options = offsetof(sigrun_options, configuration);
constexpr size_t smallest_counters = offsetof(sigrun_counters, correlation_alerts);
constexpr size_t smallest_event = sizeof(sigrun_event);
constexpr size_t smallest_report = offsetof(sigrun_reload_report, groups_kept);

void tell(char* error, size_t error_size, std::string_view text) noexcept {
  if (!error || error_size == 0) return;
  size_t length = std::min(text.size(), error_size - 1);
  // Never half a code point.
  if (length < text.size()) {
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  }
  std::memcpy(error, text.data(), length);
  error[length] = '\0';
}

// Runs `body`, which returns a status, and turns whatever it throws into one.
template <typename Body>
sigrun_status guarded(char* error, size_t error_size, Body&& body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    tell(error, error_size, "out of memory");
    return SIGRUN_ERROR_MEMORY;
  } catch (const std::exception& exception) {
    tell(error, error_size, exception.what());
    return SIGRUN_ERROR_INTERNAL;
  } catch (...) {
    tell(error, error_size, "unknown failure");
    return SIGRUN_ERROR_INTERNAL;
  }
}

// What a caller's struct holds, members that it does not have being zero.
template <class Struct>
Struct copy_of(const Struct& from) {
  Struct copy;
  std::memset(&copy, 0, sizeof copy);
  std::memcpy(&copy, &from, std::min(from.size, sizeof copy));
  return copy;
}

// The other way: the caller's struct gets as much as it has room for.
template <class Struct>
void give(Struct& to, Struct from) {
  from.size = to.size;
  std::memcpy(&to, &from, std::min(to.size, sizeof from));
}

void deliver(const sigrun::Alert& alert, std::string& json, sigrun_alert_callback callback, void* user) {
  json.clear();
  sigrun::render_ndjson(alert, json);
  while (!json.empty() && json.back() == '\n') json.pop_back();
  const std::string event(alert.event), level(sigrun::sigma::level_name(alert.rule->level));
  sigrun_alert out{};
  out.size = sizeof(sigrun_alert);
  out.id = alert.id.c_str();
  out.time = alert.time.c_str();
  out.rule_id = alert.rule->id.c_str();
  out.rule_title = alert.rule->title.c_str();
  out.rule_level = level.c_str();
  out.line = alert.line;
  out.offset = alert.offset;
  out.event = event.c_str();
  out.event_size = event.size();
  out.json = json.c_str();
  out.json_size = json.size();
  callback(&out, user);
}

static_assert(static_cast<int>(LiveEngine::Outcome::dropped) == SIGRUN_DROPPED &&
              static_cast<int>(LiveEngine::Outcome::rejected) == SIGRUN_REJECTED &&
              static_cast<int>(LiveEngine::Outcome::degraded) == SIGRUN_DEGRADED &&
              static_cast<int>(sigrun::PairType::null) == SIGRUN_NULL);

sigrun_change_kind kind_of(sigrun::RuleChange::Kind kind) {
  switch (kind) {
    case sigrun::RuleChange::Kind::added: return SIGRUN_ADDED;
    case sigrun::RuleChange::Kind::changed: return SIGRUN_CHANGED;
    case sigrun::RuleChange::Kind::removed: return SIGRUN_REMOVED;
    case sigrun::RuleChange::Kind::refused: return SIGRUN_RULE_REFUSED;
    case sigrun::RuleChange::Kind::kept: return SIGRUN_KEPT;
  }
  return SIGRUN_CHANGED;
}

sigrun_status bad_argument(char* error, size_t error_size, const char* what) {
  tell(error, error_size, what);
  return SIGRUN_ERROR_ARGUMENT;
}

}  // namespace

extern "C" {

const char* sigrun_version(void) { return SIGRUN_VERSION; }
uint32_t sigrun_version_number(void) { return SIGRUN_VERSION_NUMBER; }

sigrun_status sigrun_open(const sigrun_options* options, sigrun_engine** engine, char* error,
                          size_t error_size) {
  tell(error, error_size, "");
  if (engine) *engine = nullptr;
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!options || !engine) return bad_argument(error, error_size, "options or engine is null");
    if (options->size < smallest_options)
      return bad_argument(error, error_size, "options.size is not sizeof(sigrun_options)");
    const sigrun_options given = copy_of(*options);
    sigrun::OptionOverrides overrides;
    std::string problem;
    if (!overrides.read(given, problem)) return bad_argument(error, error_size, problem.c_str());
    auto opened = std::make_unique<sigrun_engine>();
    LiveEngine::Options live;
    live.host_clock = (given.flags & SIGRUN_OPEN_HOST_CLOCK) != 0;
    live.version = SIGRUN_VERSION;
    const LiveOptions::OnLoadError on_load_error = overrides.on_load_error();
    const LiveEngine::Opened how = opened->live.open(
        [overrides = std::move(overrides)](std::string& why) { return overrides.configuration(why); }, live,
        on_load_error, problem);
    tell(error, error_size, problem);
    if (how == LiveEngine::Opened::load_failed) return SIGRUN_ERROR_LOAD;
    if (how == LiveEngine::Opened::state_failed) return SIGRUN_ERROR_STATE;
    opened->take_report();
    *engine = opened.release();
    return how == LiveEngine::Opened::ready ? SIGRUN_OK : SIGRUN_NOT_READY;
  });
}

void sigrun_close(sigrun_engine* engine) {
  guarded(nullptr, 0, [&] {
    delete engine;
    return SIGRUN_OK;
  });
}

int sigrun_ready(const sigrun_engine* engine, char* error, size_t error_size) {
  tell(error, error_size, "");
  int ready = 0;
  guarded(error, error_size, [&]() -> sigrun_status {
    if (!engine) return bad_argument(error, error_size, "engine is null");
    std::string problem;
    ready = engine->live.ready(&problem) ? 1 : 0;
    tell(error, error_size, problem);
    return SIGRUN_OK;
  });
  return ready;
}

size_t sigrun_rule_count(const sigrun_engine* engine) {
  if (!engine) return 0;
  const std::lock_guard lock(engine->mutex);
  return engine->rules;
}
size_t sigrun_refused_count(const sigrun_engine* engine) {
  if (!engine) return 0;
  const std::lock_guard lock(engine->mutex);
  return engine->refused;
}
size_t sigrun_problem_count(const sigrun_engine* engine) {
  if (!engine) return 0;
  const std::lock_guard lock(engine->mutex);
  return engine->problems.size();
}

const char* sigrun_problem(const sigrun_engine* engine, size_t index) {
  if (!engine) return nullptr;
  const std::lock_guard lock(engine->mutex);
  return index < engine->problems.size() ? engine->problems[index].c_str() : nullptr;
}

sigrun_status sigrun_evaluate_events(sigrun_engine* engine, const char* input, size_t input_size,
                                     const sigrun_event* events, size_t event_count, uint32_t flags,
                                     sigrun_result_callback callback, void* user, char* error,
                                     size_t error_size) {
  tell(error, error_size, "");
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!engine || (!events && event_count != 0) || (!input && input_size != 0))
      return bad_argument(error, error_size, "engine, events or input is null");
    if (event_count == 0) return SIGRUN_OK;
    const size_t distance = events->size;
    if (distance < smallest_event)
      return bad_argument(error, error_size, "events[0].size is not sizeof(sigrun_event)");
    auto event_at = [&](size_t i) -> const sigrun_event& {
      return *reinterpret_cast<const sigrun_event*>(reinterpret_cast<const char*>(events) + i * distance);
    };
    sigrun::RecordReader reader;
    // All or nothing: what cannot be read is the host's mistake, and none of the call's events is counted.
    for (size_t i = 0; i < event_count; ++i)
      if (const char* problem = sigrun::RecordReader::problem_of(event_at(i)))
        return bad_argument(error, error_size, problem);
    sigrun::ResultTeller teller(callback, user);
    LiveEngine::Call call(engine->live, {input ? input : "", input_size});
    for (size_t i = 0; i < event_count; ++i) {
      const sigrun_event& event = event_at(i);
      const HostRecord record = reader.read(event);
      const std::optional<int64_t> received =
          event.received != 0 ? std::optional(event.received) : std::nullopt;
      const LiveEngine::Result& result = call.evaluate(record, received, (flags & SIGRUN_WANT_ALERTS) != 0);
      const bool telling = !result.matches.empty() || result.outcome == LiveEngine::Outcome::rejected ||
                           result.outcome == LiveEngine::Outcome::dropped ||
                           (flags & SIGRUN_ALL_RESULTS) != 0;
      if (callback && telling) teller.tell(i, result);
    }
    return SIGRUN_OK;
  });
}

sigrun_status sigrun_evaluate(sigrun_engine* engine, const char* bytes, size_t byte_count, const char* input,
                              sigrun_alert_callback callback, void* user, char* error, size_t error_size) {
  tell(error, error_size, "");
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!engine || (!bytes && byte_count != 0))
      return bad_argument(error, error_size, "engine or bytes is null");
    std::string json, problem;
    std::function<void(const sigrun::Alert&)> told;
    if (callback) told = [&](const sigrun::Alert& alert) { deliver(alert, json, callback, user); };
    LiveEngine::Call call(engine->live, input ? input : "");
    if (call.evaluate_text({bytes ? bytes : "", byte_count}, told, problem)) return SIGRUN_OK;
    tell(error, error_size, problem);
    return SIGRUN_ERROR_INPUT;
  });
}

sigrun_status sigrun_next_alerts(sigrun_engine* engine, uint32_t timeout_milliseconds, size_t most,
                                 sigrun_queued_alert_callback callback, void* user, size_t* taken,
                                 char* error, size_t error_size) {
  tell(error, error_size, "");
  if (taken) *taken = 0;
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!engine || !callback) return bad_argument(error, error_size, "engine or callback is null");
    using Answer = sigrun::AlertQueue::Answer;
    const size_t count = engine->live.alerts().take(
        timeout_milliseconds, most, [&](uint64_t sequence, const std::string& json) {
          sigrun_queued_alert alert{};
          alert.size = sizeof alert;
          alert.sequence = sequence;
          alert.json = json.c_str();
          alert.json_size = json.size();
          const int answer = callback(&alert, user);
          return answer > 0 ? Answer::more : answer == 0 ? Answer::enough : Answer::not_taken;
        });
    if (taken) *taken = count;
    return SIGRUN_OK;
  });
}

sigrun_status sigrun_acknowledge_alerts(sigrun_engine* engine, uint64_t sequence, char* error,
                                        size_t error_size) {
  tell(error, error_size, "");
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!engine) return bad_argument(error, error_size, "engine is null");
    engine->live.alerts().acknowledge(sequence);
    return SIGRUN_OK;
  });
}

sigrun_status sigrun_rewind_alerts(sigrun_engine* engine) {
  return guarded(nullptr, 0, [&]() -> sigrun_status {
    if (!engine) return SIGRUN_ERROR_ARGUMENT;
    engine->live.alerts().rewind();
    return SIGRUN_OK;
  });
}

void sigrun_wake(sigrun_engine* engine) {
  guarded(nullptr, 0, [&] {
    if (engine) engine->live.alerts().wake();
    return SIGRUN_OK;
  });
}

sigrun_status sigrun_reload(sigrun_engine* engine, sigrun_reload_report* report,
                            sigrun_change_callback callback, void* user, char* error, size_t error_size) {
  tell(error, error_size, "");
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!engine) return bad_argument(error, error_size, "engine is null");
    if (report && report->size < smallest_report)
      return bad_argument(error, error_size, "report.size is not sizeof(sigrun_reload_report)");
    std::vector<sigrun::RuleChange> changes;
    std::string problem;
    LiveEngine::TakenOver taken_over;
    const LiveEngine::Reloaded how = engine->live.reload(changes, problem, &taken_over);
    if (how == LiveEngine::Reloaded::done) engine->take_report();
    const sigrun::LiveCounters counters = engine->live.counters();
    sigrun_reload_report told{};
    told.rules = counters.rules + counters.correlation_rules;
    told.groups_kept = taken_over.kept;
    told.groups_dropped = taken_over.dropped;
    for (const sigrun::RuleChange& change : changes) {
      const sigrun_change_kind kind = kind_of(change.kind);
      told.added += kind == SIGRUN_ADDED;
      told.changed += kind == SIGRUN_CHANGED;
      told.removed += kind == SIGRUN_REMOVED;
      told.refused += kind == SIGRUN_RULE_REFUSED;
      told.kept += kind == SIGRUN_KEPT;
      if (!callback) continue;
      sigrun_change out{};
      out.size = sizeof out;
      out.kind = kind;
      out.rule_id = change.rule_id.c_str();
      out.title = change.title.c_str();
      out.file = change.file.c_str();
      out.message = change.message.c_str();
      callback(&out, user);
    }
    if (report) give(*report, told);
    tell(error, error_size, problem);
    return how == LiveEngine::Reloaded::done      ? SIGRUN_OK
           : how == LiveEngine::Reloaded::refused ? SIGRUN_REFUSED
                                                  : SIGRUN_ERROR_LOAD;
  });
}

void sigrun_hurry(sigrun_engine* engine, int on) {
  guarded(nullptr, 0, [&] {
    if (engine) engine->live.hurry(on != 0);
    return SIGRUN_OK;
  });
}

sigrun_status sigrun_flush(sigrun_engine* engine, char* error, size_t error_size) {
  tell(error, error_size, "");
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!engine) return bad_argument(error, error_size, "engine is null");
    std::string problem;
    if (engine->live.flush(problem)) return SIGRUN_OK;
    tell(error, error_size, problem);
    return SIGRUN_ERROR_STATE;
  });
}

sigrun_status sigrun_snapshot(sigrun_engine* engine, char* error, size_t error_size) {
  tell(error, error_size, "");
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!engine) return bad_argument(error, error_size, "engine is null");
    std::string problem;
    if (engine->live.snapshot(problem)) return SIGRUN_OK;
    tell(error, error_size, problem);
    return SIGRUN_ERROR_STATE;
  });
}

sigrun_status sigrun_tick(sigrun_engine* engine, int64_t now, char* error, size_t error_size) {
  tell(error, error_size, "");
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!engine) return bad_argument(error, error_size, "engine is null");
    engine->live.tick(now);
    return SIGRUN_OK;
  });
}

sigrun_status sigrun_get_counters(const sigrun_engine* engine, sigrun_counters* counters) {
  return guarded(nullptr, 0, [&]() -> sigrun_status {
    if (!engine || !counters || counters->size < smallest_counters) return SIGRUN_ERROR_ARGUMENT;
    const sigrun::LiveCounters from = engine->live.counters();
    sigrun_counters told{};
    told.in = from.events.in;
    told.processed = from.events.processed;
    told.degraded = from.events.degraded;
    told.rejected = from.events.rejected;
    told.dropped = from.events.dropped;
    told.unrecognised = from.events.unrecognised;
    told.bytes = from.events.bytes;
    told.alerts = from.events.alerts();
    told.envelopes_with_fields = from.events.envelope_fields.envelopes;
    for (uint64_t alerts : from.correlation_alerts_by_level) told.correlation_alerts += alerts;
    told.health_alerts = from.queue.health;
    told.late = from.times.late;
    told.future = from.times.future;
    told.timeless = from.times.timeless;
    told.evicted = from.correlation.evicted;
    told.state_bytes = from.correlation.bytes;
    told.behind_bytes = from.behind_bytes;
    told.queue_alerts = from.queue.alerts;
    told.queue_bytes = from.queue.bytes;
    told.alerts_queued = from.queue.queued;
    told.alerts_taken = from.queue.taken;
    told.alerts_lost = from.queue.lost;
    told.alerts_held_back = from.queue.held_back;
    told.reloads = from.reloads;
    told.reloads_refused = from.reloads_refused;
    told.snapshots = from.snapshots;
    told.snapshots_failed = from.snapshots_failed;
    told.inputs = from.inputs;
    told.inputs_beyond_limit = from.inputs_beyond_limit;
    told.watermark_lag = from.watermark_lag;
    told.groups_not_restored = from.correlation.not_restored;
    told.reload_left_out = from.reload_left_out;
    told.clocks_dropped = from.clocks_dropped;
    told.spool_syncs_failed = from.spool_syncs_failed;
    told.metrics_failed = from.metrics_failed;
    give(*counters, told);
    return SIGRUN_OK;
  });
}

sigrun_status sigrun_write_metrics(const sigrun_engine* engine, const char* labels,
                                   sigrun_text_callback callback, void* user) {
  return guarded(nullptr, 0, [&]() -> sigrun_status {
    if (!engine || !callback) return SIGRUN_ERROR_ARGUMENT;
    const std::string text = sigrun::prometheus_text(engine->live, labels ? labels : "", SIGRUN_VERSION);
    callback(text.c_str(), text.size(), user);
    return SIGRUN_OK;
  });
}

}  // extern "C"
