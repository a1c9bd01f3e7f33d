// The C interface over LiveEngine. Every entry point catches everything: an exception that crossed into a C host would end it.
#include "sigrun/sigrun.h"

#include <algorithm>
#include <array>
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
#include "config/configuration.h"
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
    for (const sigrun::Diagnostic& diagnostic : report->diagnostics) problems.push_back(diagnostic.to_string());
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
constexpr size_t smallest_report = sizeof(sigrun_reload_report);

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

std::string text_or_empty(const char* text) { return text ? std::string(text) : std::string(); }

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

// sigrun_options in the engine's own words: what goes over a configuration.
class Overrides {
 public:
  // False: `problem` says what cannot be understood.
  bool read(const sigrun_options& from, std::string& problem) {
    configuration_ = text_or_empty(from.configuration);
    vars_path_ = text_or_empty(from.vars_path);
    taxonomy_path_ = text_or_empty(from.taxonomy_path);
    if (from.state_folder) state_folder_ = from.state_folder;
    return read_list(from.rule_paths, from.rule_path_count, "rule_paths", rule_paths_, problem) &&
           read_list(from.pipelines, from.pipeline_count, "pipelines", pipelines_, problem) &&
           read_list(from.select, from.select_count, "select", select_, problem) &&
           read_list(from.exclude, from.exclude_count, "exclude", exclude_, problem) && names_rules(problem) &&
           read_logsource(from, problem) && read_levels(from, problem) && read_live(from, problem);
  }

  // The configuration, read anew, with these over it.
  std::optional<sigrun::Configuration> configuration(std::string& problem) const {
    std::optional<sigrun::Configuration> configuration(std::in_place);
    if (!configuration_.empty()) {
      sigrun::DiagnosticSink sink(configuration_);
      configuration = sigrun::load_configuration(configuration_, sink);
      if (!configuration) {
        problem = sink.first_error();
        return {};
      }
    } else {
      configuration->live.on_load_error = LiveOptions::OnLoadError::fail;
    }
    apply(*configuration);
    if (configuration->load.rule_paths.empty()) {
      problem = configuration_ + ": names no rules";
      return {};
    }
    return configuration;
  }

  LiveOptions::OnLoadError on_load_error() const {
    return on_load_error_.value_or(configuration_.empty() ? LiveOptions::OnLoadError::fail
                                                          : LiveOptions::OnLoadError::pass);
  }

 private:
  static bool read_list(const char* const* list, size_t count, const char* name, std::vector<std::string>& to,
                        std::string& problem) {
    if (count != 0 && !list) return problem = std::string(name) + " is null", false;
    for (size_t i = 0; i < count; ++i) {
      if (!list[i]) return problem = std::string("a null pointer among ") + name, false;
      to.emplace_back(list[i]);
    }
    return true;
  }
  bool names_rules(std::string& problem) const {
    if (rule_paths_.empty() && configuration_.empty()) return problem = "no rule_paths and no configuration", false;
    return true;
  }
  bool read_logsource(const sigrun_options& from, std::string& problem) {
    const std::string logsource = text_or_empty(from.logsource);
    if (logsource.empty()) return true;
    logsource_ = sigrun::parse_logsource_mode(logsource, problem);
    if (!logsource_) problem = "logsource: " + problem;
    return logsource_.has_value();
  }
  bool read_levels(const sigrun_options& from, std::string& problem) {
    if (const std::string level = text_or_empty(from.min_level); !level.empty()) {
      min_level_ = sigrun::sigma::parse_level(level);
      if (!min_level_) return problem = "min_level: no such level: " + level, false;
    }
    if (const std::string status = text_or_empty(from.min_status); !status.empty()) {
      min_status_ = sigrun::sigma::parse_status(status);
      if (!min_status_) return problem = "min_status: no such status: " + status, false;
    }
    return true;
  }
  // One of two words.
  template <class Choice>
  static bool read_choice(const char* text, const char* name, std::array<std::string_view, 2> words,
                          std::optional<Choice>& to, std::string& problem) {
    if (!text || !*text) return true;
    for (size_t i = 0; i < words.size(); ++i)
      if (text == words[i]) return to = static_cast<Choice>(i), true;
    problem = std::string(name) + ": " + std::string(words[0]) + " or " + std::string(words[1]) + ", not " + text;
    return false;
  }
  bool read_live(const sigrun_options& from, std::string& problem) {
    return read_choice(from.when_behind, "when_behind", {"wait", "pass"}, when_behind_, problem) &&
           read_choice(from.spool_full, "spool_full", {"block", "drop-oldest"}, spool_full_, problem) &&
           read_choice(from.on_load_error, "on_load_error", {"pass", "fail"}, on_load_error_, problem) &&
           read_choice(from.queue_detections, "queue_detections", {"no", "yes"}, queue_detections_, problem);
  }

  void apply(sigrun::Configuration& to) const {
    sigrun::LoadOptions& load = to.load;
    if (!rule_paths_.empty()) load.rule_paths = rule_paths_;
    if (!pipelines_.empty()) load.pipelines = pipelines_;
    if (!select_.empty()) load.selection.select = select_;
    if (!exclude_.empty()) load.selection.exclude = exclude_;
    if (!vars_path_.empty()) load.vars_path = vars_path_;
    if (!taxonomy_path_.empty()) {
      load.use_taxonomy = taxonomy_path_ != "none";
      load.taxonomy_path = load.use_taxonomy ? taxonomy_path_ : std::string();
    }
    if (logsource_) load.logsource = *logsource_;
    if (min_level_) load.selection.min_level = *min_level_;
    if (min_status_) load.selection.min_status = *min_status_;
    if (state_folder_) to.state.folder = *state_folder_;
    if (when_behind_) to.live.when_behind = *when_behind_;
    if (spool_full_) to.live.spool_full = *spool_full_;
    if (on_load_error_) to.live.on_load_error = *on_load_error_;
    if (queue_detections_) to.live.queue_detections = *queue_detections_;
  }

  std::string configuration_, vars_path_, taxonomy_path_;
  std::vector<std::string> rule_paths_, pipelines_, select_, exclude_;
  std::optional<std::string> state_folder_;
  std::optional<sigrun::LogSourceMode> logsource_;
  std::optional<sigrun::sigma::Level> min_level_;
  std::optional<sigrun::sigma::Status> min_status_;
  std::optional<LiveOptions::WhenBehind> when_behind_;
  std::optional<LiveOptions::SpoolFull> spool_full_;
  std::optional<LiveOptions::OnLoadError> on_load_error_;
  std::optional<bool> queue_detections_;
};

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

// One record of a caller's array.
class RecordReader {
 public:
  // Null: it is in order.
  const char* read(const sigrun_event& event, HostRecord& record) {
    record = {};
    if (!event.bytes && event.byte_count != 0) return "an event's bytes is null";
    switch (event.form) {
      case SIGRUN_JSON: record.form = HostRecord::Form::json; break;
      case SIGRUN_MSGPACK: record.form = HostRecord::Form::msgpack; break;
      case SIGRUN_PAIRS: return read_pairs(event, record);
      default: return "an event's form is unknown";
    }
    record.bytes = {event.bytes ? event.bytes : "", event.byte_count};
    return nullptr;
  }

 private:
  const char* read_pairs(const sigrun_event& event, HostRecord& record) {
    if (!event.pairs && event.pair_count != 0) return "an event's pairs is null";
    pairs_.clear();
    for (size_t i = 0; i < event.pair_count; ++i) {
      const sigrun_pair& pair = event.pairs[i];
      if ((!pair.name && pair.name_size != 0) || (!pair.value && pair.value_size != 0))
        return "a pair's name or value is null";
      if (pair.type < SIGRUN_TEXT || pair.type > SIGRUN_NULL) return "a pair's type is unknown";
      pairs_.push_back({{pair.name ? pair.name : "", pair.name_size},
                        {pair.value ? pair.value : "", pair.value_size},
                        static_cast<sigrun::PairType>(pair.type)});
    }
    record.form = HostRecord::Form::pairs;
    record.pairs = pairs_;
    return nullptr;
  }
  std::vector<sigrun::NamedValue> pairs_;
};

// Hands results on as the C structs that they are told in.
class ResultTeller {
 public:
  ResultTeller(sigrun_result_callback callback, void* user) : callback_(callback), user_(user) {}

  void tell(size_t index, const LiveEngine::Result& result) {
    matches_.clear();
    pointers_.clear();
    levels_.clear();
    for (const LiveEngine::Matched& match : result.matches) levels_.emplace_back(sigrun::sigma::level_name(match.rule->level));
    for (size_t i = 0; i < result.matches.size(); ++i) {
      const LiveEngine::Matched& match = result.matches[i];
      sigrun_match& out = matches_.emplace_back();
      out.size = sizeof out;
      out.alert_id = match.id.c_str();
      out.rule_id = match.rule->id.c_str();
      out.rule_title = match.rule->title.c_str();
      out.rule_level = levels_[i].c_str();
      out.json = match.json.empty() ? nullptr : match.json.c_str();
      out.json_size = match.json.size();
    }
    for (const sigrun_match& match : matches_) pointers_.push_back(&match);
    problem_ = result.problem;
    level_ = sigrun::sigma::level_name(result.level);
    sigrun_result out{};
    out.size = sizeof out;
    out.index = index;
    out.outcome = static_cast<int32_t>(result.outcome);
    out.event_count = result.events;
    out.level = level_.c_str();
    out.match_count = pointers_.size();
    out.matches = pointers_.data();
    out.problem = problem_.c_str();
    callback_(&out, user_);
  }

 private:
  sigrun_result_callback callback_;
  void* user_;
  std::vector<sigrun_match> matches_;
  std::vector<const sigrun_match*> pointers_;
  std::vector<std::string> levels_;
  std::string problem_, level_;
};

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
    Overrides overrides;
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
                                     sigrun_result_callback callback, void* user, char* error, size_t error_size) {
  tell(error, error_size, "");
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!engine || (!events && event_count != 0) || (!input && input_size != 0))
      return bad_argument(error, error_size, "engine, events or input is null");
    if (event_count == 0) return SIGRUN_OK;
    const size_t distance = events->size;
    if (distance < smallest_event) return bad_argument(error, error_size, "events[0].size is not sizeof(sigrun_event)");
    auto event_at = [&](size_t i) -> const sigrun_event& {
      return *reinterpret_cast<const sigrun_event*>(reinterpret_cast<const char*>(events) + i * distance);
    };
    RecordReader reader;
    HostRecord record;
    // All or nothing: what cannot be read is the host's mistake, and none of the call's events is counted.
    for (size_t i = 0; i < event_count; ++i)
      if (const char* problem = reader.read(event_at(i), record)) return bad_argument(error, error_size, problem);
    ResultTeller teller(callback, user);
    LiveEngine::Call call(engine->live, {input ? input : "", input_size});
    for (size_t i = 0; i < event_count; ++i) {
      const sigrun_event& event = event_at(i);
      reader.read(event, record);
      const std::optional<int64_t> received = event.received != 0 ? std::optional(event.received) : std::nullopt;
      const LiveEngine::Result& result = call.evaluate(record, received, (flags & SIGRUN_WANT_ALERTS) != 0);
      const bool telling = !result.matches.empty() || result.outcome == LiveEngine::Outcome::rejected ||
                           result.outcome == LiveEngine::Outcome::dropped || (flags & SIGRUN_ALL_RESULTS) != 0;
      if (callback && telling) teller.tell(i, result);
    }
    return SIGRUN_OK;
  });
}

sigrun_status sigrun_evaluate(sigrun_engine* engine, const char* bytes, size_t byte_count, const char* input,
                              sigrun_alert_callback callback, void* user, char* error, size_t error_size) {
  tell(error, error_size, "");
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!engine || (!bytes && byte_count != 0)) return bad_argument(error, error_size, "engine or bytes is null");
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
                                 sigrun_queued_alert_callback callback, void* user, size_t* taken, char* error,
                                 size_t error_size) {
  tell(error, error_size, "");
  if (taken) *taken = 0;
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!engine || !callback) return bad_argument(error, error_size, "engine or callback is null");
    using Answer = sigrun::AlertQueue::Answer;
    const size_t count =
        engine->live.alerts().take(timeout_milliseconds, most, [&](uint64_t sequence, const std::string& json) {
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

sigrun_status sigrun_acknowledge_alerts(sigrun_engine* engine, uint64_t sequence, char* error, size_t error_size) {
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

sigrun_status sigrun_reload(sigrun_engine* engine, sigrun_reload_report* report, sigrun_change_callback callback,
                            void* user, char* error, size_t error_size) {
  tell(error, error_size, "");
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!engine) return bad_argument(error, error_size, "engine is null");
    if (report && report->size < smallest_report)
      return bad_argument(error, error_size, "report.size is not sizeof(sigrun_reload_report)");
    std::vector<sigrun::RuleChange> changes;
    std::string problem;
    const LiveEngine::Reloaded how = engine->live.reload(changes, problem);
    if (how == LiveEngine::Reloaded::done) engine->take_report();
    const sigrun::LiveCounters counters = engine->live.counters();
    sigrun_reload_report told{};
    told.rules = counters.rules + counters.correlation_rules;
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

sigrun_status sigrun_flush(sigrun_engine* engine, char* error, size_t error_size) {
  tell(error, error_size, "");
  return guarded(error, error_size, [&]() -> sigrun_status {
    if (!engine) return bad_argument(error, error_size, "engine is null");
    engine->live.flush();
    return SIGRUN_OK;
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
    give(*counters, told);
    return SIGRUN_OK;
  });
}

sigrun_status sigrun_write_metrics(const sigrun_engine* engine, const char* labels, sigrun_text_callback callback,
                                   void* user) {
  return guarded(nullptr, 0, [&]() -> sigrun_status {
    if (!engine || !callback) return SIGRUN_ERROR_ARGUMENT;
    const std::string text = sigrun::prometheus_text(engine->live, labels ? labels : "", SIGRUN_VERSION);
    callback(text.c_str(), text.size(), user);
    return SIGRUN_OK;
  });
}

}  // extern "C"
