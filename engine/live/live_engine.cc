#include "live/live_engine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <filesystem>
#include <new>
#include <random>
#include <system_error>
#include <utility>

#include "alert/render.h"
#include "correlation_state.h"
#include "event/byte_source.h"
#include "event/event_reader.h"
#include "event/line_framer.h"
#include "live/metrics.h"

namespace sigrun {
namespace {

namespace fs = std::filesystem;

constexpr int64_t second = 1'000'000'000;
// A call leaves what it has for the correlations after so many bytes, and at its end.
constexpr size_t handed_bytes = 1 << 20;
// Times of events that matched nothing wait for the next pass.
constexpr size_t urgent_bytes = 64 << 10;
constexpr auto pass_after = std::chrono::milliseconds(100);
constexpr size_t shards_for_each_pass = 16;
constexpr int64_t metrics_interval = 10 * second;

int64_t wall_clock() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// A wall clock may be set back; what is to happen once in an interval is then not put off for longer than that.
bool is_due(int64_t now, int64_t next, int64_t interval) { return now >= next || next - now > interval; }

void add(CorrelationCounters& to, const CorrelationCounters& from) {
  to.occurrences += from.occurrences;
  to.firings += from.firings;
  to.without_group += from.without_group;
  to.without_value += from.without_value;
  to.values_not_numeric += from.values_not_numeric;
  to.negative_values += from.negative_values;
  to.groups_beyond_limit += from.groups_beyond_limit;
  to.late += from.late;
  to.settled_early += from.settled_early;
  to.evicted += from.evicted;
  to.expired += from.expired;
  to.groups_made += from.groups_made;
  to.evidence_named += from.evidence_named;
  to.not_restored += from.not_restored;
}

void render(const Alert& alert, std::string& json) {
  json.clear();
  render_ndjson(alert, json);
  if (json.ends_with('\n')) json.pop_back();
}

}  // namespace

struct LiveEngine::Scratch {
  explicit Scratch(const Engine& of, std::atomic<uint64_t>* hits)
      : engine(of.make_live_scratch(hits)), lines(of.envelopes(), of.limits()) {}
  Engine::ScratchPointer engine;
  LineFramer lines;
  EventBatch batch, other_batch;
  std::vector<Alert> alerts;
  std::vector<Rejection> rejected;
  Counters counters;  // of the call
  EventOccurrences occurrences;
  HandedEvents handed;
  std::vector<Matched> matched;
  std::string json, problem;
};

struct LiveEngine::Generation {
  std::unique_ptr<const Engine> engine;  // null: nothing is loaded
  std::shared_ptr<const LoadReport> report = std::make_shared<LoadReport>();
  RulesById rules;
  std::unique_ptr<std::atomic<uint64_t>[]> hits;           // by rule
  std::unique_ptr<std::atomic<bool>[]> told_of_budget;     // by rule: a health alert was raised
  std::map<const RuleInfo*, size_t> number_of;             // of rules
  std::mutex mutex;                                        // guards what follows
  std::vector<std::unique_ptr<Scratch>> idle;

  bool correlates() const { return engine && !engine->correlations().empty(); }
  std::unique_ptr<Scratch> take_scratch() {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        auto scratch = std::move(idle.back());
        idle.pop_back();
        return scratch;
      }
    }
    return std::make_unique<Scratch>(*engine, hits.get());
  }
};

struct LiveEngine::Input {
  std::string name;
  std::optional<size_t> number;  // of the stage; of the thread that holds its lock

  std::mutex mutex;  // guards what follows
  struct Handed {
    std::shared_ptr<Generation> generation;
    HandedEvents events;
    size_t bytes = 0;
  };
  std::vector<Handed> pending;
  bool marked = false;  // it is among handed_inputs_
};

// ---- opening and closing ------------------------------------------------------------------------------------------------

LiveEngine::LiveEngine() : generation_(std::make_shared<Generation>()) {}

LiveEngine::~LiveEngine() {
  if (queue_) queue_->close();  // whoever waits for room goes on
  {
    const Lock lock(handed_mutex_);
    stopping_ = true;
    handed_.notify_all();
    room_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  if (queue_) {
    const Lock lock(stage_mutex_);
    drain(now());
    std::string problem;
    write_snapshot(problem);
    queue_->sync();
  }
  if (state_lock_ >= 0) ::close(state_lock_);
}

bool LiveEngine::lock_state_folder(std::string& problem) {
  if (state_.folder.empty()) return true;
  std::error_code error;
  fs::create_directories(state_.folder, error);
  if (error) {
    problem = fmt::format("{}: {}", state_.folder, error.message());
    return false;
  }
  const std::string path = (fs::path(state_.folder) / "lock").string();
  state_lock_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (state_lock_ < 0) {
    problem = fmt::format("{}: cannot be written: {}", path, std::strerror(errno));
    return false;
  }
  if (::flock(state_lock_, LOCK_EX | LOCK_NB) == 0) return true;
  problem = fmt::format("{}: another engine uses this state folder", state_.folder);
  return false;
}

LiveEngine::Opened LiveEngine::open(Configure configure, const Options& options,
                                    LiveOptions::OnLoadError on_load_error, std::string& problem) {
  options_ = options;
  configure_ = std::move(configure);
  std::optional<Configuration> configuration = configure_(problem);
  if (configuration) {
    live_ = configuration->live;
    state_ = configuration->state;
  } else {
    live_.on_load_error = on_load_error;
    if (on_load_error == LiveOptions::OnLoadError::fail) return Opened::load_failed;
  }
  if (!lock_state_folder(problem)) return Opened::state_failed;
  queue_ = std::make_unique<AlertQueue>(
      state_.folder.empty() ? std::string() : (fs::path(state_.folder) / "alerts").string(), live_);
  if (!queue_->open()) {
    problem = queue_->error();
    queue_.reset();
    return Opened::state_failed;
  }
  std::shared_ptr<Generation> first = configuration ? load(std::move(*configuration), problem) : nullptr;
  if (!first && live_.on_load_error == LiveOptions::OnLoadError::fail) {
    queue_.reset();
    return Opened::load_failed;
  }
  if (queue_->counters().damaged > 0)
    queue_->put_health("spool-damaged", "The alert spool was damaged",
                       fmt::format("{}/alerts: {} places were damaged; alerts there are lost", state_.folder,
                                   queue_->counters().damaged),
                       now());
  if (first) {
    const Lock lock(stage_mutex_);
    generation_ = first;
    reload_time_ = now();
    make_stage(first);
    read_state();
  } else {
    problem_ = problem;
    reload_success_ = false;
    tell_of_state("not-ready", problem);
  }
  if (options_.threaded) {
    // Signals are the host's.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    std::error_code failed;
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& error) {
      failed = error.code();
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (failed) {
      problem = "no thread could be started: " + failed.message();
      return Opened::state_failed;
    }
    pthread_setname_np(thread_.native_handle(), "sigrun");
  }
  return first ? Opened::ready : Opened::not_ready;
}

// Null after a failure.
std::shared_ptr<LiveEngine::Generation> LiveEngine::load(Configuration configuration, std::string& problem) {
  RuleCache cache = cache_;
  auto report = std::make_shared<LoadReport>();
  auto next = std::make_shared<Generation>();
  configuration.load.for_each = {};  // a host has its own threads
  configuration.load.keep_last_good = true;
  next->engine = Engine::load(configuration.load, *report, &cache);
  next->report = report;
  if (!next->engine || next->engine->rules().empty()) {
    problem = !report->fatal.empty() ? report->fatal : "no rule could be loaded";
    if (report->fatal.empty() && !report->diagnostics.empty())
      problem += "; the first problem: " + report->diagnostics.front().to_string();
    return {};
  }
  const auto& rules = next->engine->rules();
  next->rules = rules_of(*next->engine, cache);
  next->hits = std::make_unique<std::atomic<uint64_t>[]>(rules.size());
  next->told_of_budget = std::make_unique<std::atomic<bool>[]>(rules.size());
  for (size_t i = 0; i < rules.size(); ++i) next->number_of.emplace(rules[i].get(), i);
  cache_ = std::move(cache);
  return next;
}

// The stage of a generation, with the stage lock held; nothing is in it yet.
void LiveEngine::make_stage(const std::shared_ptr<Generation>& generation) {
  stage_.reset();
  stage_generation_ = generation;
  for (Input* input : opened_) input->number.reset();
  opened_.clear();
  if (!generation->correlates()) return;
  if (!seed_) {
    std::random_device device;
    seed_ = uint64_t{device()} << 32 | device();
  }
  CorrelatorOptions options;
  options.state_bytes = state_.memory;
  options.rule_bytes = state_.rule_memory;
  options.evidence_bytes = state_.evidence_memory;
  options.seed = *seed_;
  stage_ = std::make_unique<CorrelationStage>(*generation->engine, options, ForEach(), [this](const Alert& alert) {
    render(alert, alert_text_);
    queue_->put(alert.rule->id, alert_text_, stage_now_);
  });
}

// What an earlier process left, into the stage that was just made.
void LiveEngine::read_state() {
  if (state_.folder.empty()) return;
  const std::string path = (fs::path(state_.folder) / "live.state").string();
  const StateFile file = read_state_file(path, stage_generation_->engine->limits().state_file_bytes);
  if (!file.problem.empty())
    tell_of_state("state-damaged", fmt::format("{}: {}{}; correlations begin without it", path, file.problem,
                                               file.set_aside.empty() ? "" : " (kept as " + file.set_aside + ")"));
  if (const auto seed = seed_of(file.sections)) seed_ = seed;
  if (!stage_ || file.sections.empty()) return;
  make_stage(stage_generation_);  // with the seed of the state
  std::vector<CorrelationChange> changes;
  if (restore_correlations(file.sections, *stage_, InputKind::live, now(), changes)) return tell_of_changes(changes);
  const std::string aside = set_aside_state_file(path);
  tell_of_state("state-damaged", fmt::format("{}: parts of it make no sense{}; correlations begin without it", path,
                                             aside.empty() ? "" : " (kept as " + aside + ")"));
}

void LiveEngine::tell_of_changes(const std::vector<CorrelationChange>& changes) {
  if (changes.empty()) return;
  std::string message;
  for (const CorrelationChange& change : changes) message += (message.empty() ? "" : "; ") + text_of(change);
  queue_->put_health("state-changed", "Rules changed under what correlations had counted", message, now());
}

void LiveEngine::tell_of_state(std::string_view what, const std::string& message) {
  queue_->put_health(what, what == "not-ready"             ? "No rules are loaded"
                               : what == "metrics-not-written" ? "The metrics could not be written"
                                                               : "State could not be kept", message, now());
}

std::shared_ptr<LiveEngine::Generation> LiveEngine::current() const {
  const Lock lock(mutex_);
  return generation_;
}

bool LiveEngine::ready(std::string* problem) const {
  const Lock lock(mutex_);
  if (problem) *problem = problem_;
  return generation_->engine != nullptr;
}

std::shared_ptr<const LoadReport> LiveEngine::report() const { return current()->report; }

int64_t LiveEngine::now() const {
  return options_.host_clock ? host_now_.load(std::memory_order_relaxed) : wall_clock();
}

// ---- calls --------------------------------------------------------------------------------------------------------------

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
  counters.dropped += counters.in - counters.processed - counters.degraded - counters.rejected - counters.dropped;
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
  const auto behind = [&] { return input_ && engine_.behind_bytes_.load(std::memory_order_relaxed) > live.behind_memory; };
  if (live.when_behind == LiveOptions::WhenBehind::pass)
    return behind() || (live.queue_detections && engine_.queue_->blocks());
  while (behind()) {
    if (!engine_.options_.threaded) {
      engine_.flush();
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

const LiveEngine::Result& LiveEngine::Call::evaluate(const HostRecord& record, std::optional<int64_t> received,
                                                     bool json) {
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
  const uint64_t in = counters.in, degraded = counters.degraded, rejected = counters.rejected, dropped = counters.dropped;
  scratch.matched.clear();
  scratch.problem.clear();
  engine.set_received(*scratch.engine, received);
  if (record.form == HostRecord::Form::json) {
    evaluate_json(record.bytes, json);
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

void LiveEngine::Call::evaluate_json(std::string_view text, bool json) {
  EventBatch& batch = scratch_->batch;
  batch.clear();
  batch.bytes.append(text);
  // One event on a line, as records are; anything else takes the longer way.
  const LineFramer::Progress framed = scratch_->lines.run(batch.bytes.data(), text.size(), 0, 1, true, batch);
  if (framed.bytes == text.size()) return evaluate_batch(batch, json, nullptr);
  const Engine& engine = *generation_->engine;
  const auto source = memory_byte_source(text);
  EventReader reader(*source, engine.envelopes(), engine.limits());
  while (reader.next(scratch_->other_batch)) evaluate_batch(scratch_->other_batch, json, nullptr);
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
      if (number != generation_->number_of.end() && generation_->told_of_budget[number->second].exchange(true)) continue;
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
    if (input_->pending.empty() || input_->pending.back().generation != generation_) {
      input_->pending.push_back({generation_, {}, 0});
      input_->pending.back().events.input = input_->name;
    }
    Input::Handed& last = input_->pending.back();
    last.events.append(std::move(handed));
    last.bytes += bytes;
    urgent = urgent || last.bytes > urgent_bytes;
    engine_.behind_bytes_.fetch_add(bytes, std::memory_order_relaxed);
    if (!input_->marked) {
      const Lock handed_lock(engine_.handed_mutex_);
      engine_.handed_inputs_.push_back(input_);
      input_->marked = true;
    }
  }
  handed.clear();
  if (!urgent) return;
  const Lock lock(engine_.handed_mutex_);
  if (!std::exchange(engine_.urgent_, true)) engine_.handed_.notify_one();
}

LiveEngine::Input& LiveEngine::input_of(std::string_view name) {
  const Lock lock(inputs_mutex_);
  if (const auto known = inputs_.find(name); known != inputs_.end()) return *known->second;
  if (inputs_.size() < live_.inputs) {
    auto input = std::make_unique<Input>();
    input->name = name;
    Input& made = *input;
    inputs_.emplace(made.name, std::move(input));
    return made;
  }
  inputs_beyond_.fetch_add(1, std::memory_order_relaxed);
  if (!shared_input_) {
    auto input = std::make_unique<Input>();
    input->name = "(others)";
    shared_input_ = input.get();
    // Under a name that no input has.
    inputs_.emplace(std::string("\0others", 7), std::move(input));
  }
  return *shared_input_;
}

// ---- the engine's thread ------------------------------------------------------------------------------------------------

void LiveEngine::run() {
  for (;;) {
    {
      Lock lock(handed_mutex_);
      handed_.wait_for(lock, pass_after, [&] { return urgent_ || stopping_; });
      if (stopping_) return;
      urgent_ = false;
    }
    try {
      {
        const Lock lock(stage_mutex_);
        work(now(), !options_.host_clock);
      }
      if (!options_.host_clock) write_metrics(now());
    } catch (const std::bad_alloc&) {
      // What was at hand is lost; what comes next may fit again.
      try {
        queue_->put_health("memory", "Out of memory", "correlations ran out of memory and lost events", wall_clock());
      } catch (const std::bad_alloc&) {
        // Nor is there memory to say so.
      }
    }
  }
}

// With the stage lock held. `timed`: what is due by the clock is done, too.
void LiveEngine::work(int64_t now, bool timed) {
  drain(now);
  if (snapshot_) go_on_with_snapshot(shards_for_each_pass);
  if (!timed || !is_due(now, next_second_, second)) return;
  next_second_ = now + second;
  if (stage_) stage_->advance_idle();
  queue_->tick(now);
  const bool synced = queue_->sync();
  if (!synced && !spool_failed_) tell_of_state("spool-failed", queue_->error());
  spool_failed_ = !synced;
  bury();
  if (const int64_t interval = state_.snapshot_interval_seconds * second; is_due(now, next_snapshot_, interval)) {
    const bool first = next_snapshot_ == 0;
    next_snapshot_ = now + interval;
    if (!first && !snapshot_) begin_snapshot();
  }
  publish();
}

void LiveEngine::drain(int64_t now) {
  stage_now_ = now;
  if (stage_) stage_->set_now(now);
  std::vector<Input*> inputs;
  {
    const Lock lock(handed_mutex_);
    inputs.swap(handed_inputs_);
  }
  for (size_t next = 0; next < inputs.size(); ++next) {
    std::vector<Input::Handed> pending;
    {
      const std::lock_guard lock(inputs[next]->mutex);
      pending.swap(inputs[next]->pending);
      inputs[next]->marked = false;
    }
    size_t bytes = 0;
    for (const Input::Handed& handed : pending) bytes += handed.bytes;
    try {
      for (Input::Handed& handed : pending)
        if (stage_) feed(*inputs[next], handed.events, handed.generation);
    } catch (const std::bad_alloc&) {
      // This input's are lost; the others' wait for the next pass, and nobody waits for bytes that are gone.
      give_back(inputs, next + 1);
      release(bytes);
      throw;
    }
    release(bytes);
  }
}

// Those of `inputs` from `first` on were not reached: they are listed as before.
void LiveEngine::give_back(const std::vector<Input*>& inputs, size_t first) {
  const Lock lock(handed_mutex_);
  handed_inputs_.insert(handed_inputs_.end(), inputs.begin() + static_cast<std::ptrdiff_t>(first), inputs.end());
}

// So many bytes are not behind any more.
void LiveEngine::release(size_t bytes) {
  behind_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  const Lock lock(handed_mutex_);
  room_.notify_all();
}

void LiveEngine::feed(Input& input, HandedEvents& events, const std::shared_ptr<Generation>& from) {
  if (from != stage_generation_) translate(events, *from);
  if (!input.number) {
    input.number = stage_->open({input.name, std::nullopt, stage_now_});
    opened_.push_back(&input);
  }
  stage_->take(*input.number, events.events);
}

// From the numbers of one engine's rules to another's, by their ids. What a rule captures has to be the same.
void LiveEngine::translate(HandedEvents& events, const Generation& from) const {
  const Engine& before = *from.engine;
  const Engine& after = *stage_generation_->engine;
  std::map<std::string_view, SourceId> known;
  for (SourceId rule = 0; rule < after.rules().size(); ++rule) known.emplace(after.rules()[rule]->id, rule);
  std::erase_if(events.events.batch.occurrences, [&](Occurrence& occurrence) {
    const auto found = known.find(before.rules()[occurrence.source]->id);
    if (found == known.end() || before.correlations().captured[occurrence.source] !=
                                    after.correlations().captured[found->second])
      return true;
    occurrence.source = found->second;
    return false;
  });
}

// Generations that no call is in any more.
void LiveEngine::bury() {
  std::vector<std::shared_ptr<Generation>> gone;
  {
    const Lock lock(mutex_);
    std::erase_if(old_, [&](std::shared_ptr<Generation>& old) {
      if (old.use_count() > 1) return false;
      if (old->engine) {
        const auto& rules = old->engine->rules();
        for (size_t i = 0; i < rules.size(); ++i)
          if (const uint64_t hits = old->hits[i].load(std::memory_order_relaxed); hits > 0) {
            auto& sum = old_matches_[rules[i]->id];
            sum.first = rules[i];
            sum.second += hits;
          }
      }
      gone.push_back(std::move(old));
      return true;
    });
  }
}

// With the stage lock held.
void LiveEngine::publish() const {
  Published published;
  published.correlation = old_correlation_;
  published.alerts_by_level = old_correlation_alerts_;
  if (stage_) {
    add(published.correlation, stage_->counters());
    published.correlation.groups = stage_->counters().groups;
    published.correlation.bytes = stage_->counters().bytes;
    for (size_t i = 0; i < published.alerts_by_level.size(); ++i)
      published.alerts_by_level[i] += stage_->alerts_by_level()[i];
    published.times = stage_->times();
    published.watermark = stage_->watermark();
  }
  published.snapshots = snapshots_;
  published.snapshots_failed = snapshots_failed_;
  const Lock lock(mutex_);
  published_ = published;
}

// ---- state --------------------------------------------------------------------------------------------------------------

void LiveEngine::begin_snapshot() {
  if (state_.folder.empty() || !stage_) return;
  snapshot_ = std::make_unique<StateFileWriter>((fs::path(state_.folder) / "live.state").string(),
                                                stage_generation_->engine->limits().state_file_bytes);
  begin_save(*stage_, [this](uint32_t kind, std::string_view bytes) { snapshot_->section(kind, bytes); });
}

void LiveEngine::go_on_with_snapshot(size_t shards) {
  if (!snapshot_ || stage_->correlator().save_more(shards)) return;
  const std::unique_ptr<StateFileWriter> writer = std::move(snapshot_);
  std::string problem;
  // Alerts that are not out would be lost if the state went beyond them.
  if (!queue_->sync())
    problem = queue_->error();
  else if (!writer->commit())
    problem = writer->error();
  if (problem.empty()) {
    ++snapshots_;
  } else {
    ++snapshots_failed_;
    if (snapshot_problem_ != problem) tell_of_state("state-not-written", problem);
  }
  snapshot_problem_ = problem;
}

bool LiveEngine::write_snapshot(std::string& problem) {
  go_on_with_snapshot(SIZE_MAX);
  begin_snapshot();
  go_on_with_snapshot(SIZE_MAX);
  problem = snapshot_problem_;
  return problem.empty();
}

void LiveEngine::flush() {
  const Lock lock(stage_mutex_);
  drain(now());
  queue_->sync();
  publish();
}

bool LiveEngine::snapshot(std::string& problem) {
  const Lock lock(stage_mutex_);
  drain(now());
  queue_->sync();
  const bool done = write_snapshot(problem);
  publish();
  return done;
}

void LiveEngine::tick(int64_t now) {
  if (!options_.host_clock) return;
  host_now_.store(now, std::memory_order_relaxed);
  {
    const Lock lock(stage_mutex_);
    work(now, true);
    go_on_with_snapshot(SIZE_MAX);
    publish();
  }
  write_metrics(now);
}

// ---- reloading ----------------------------------------------------------------------------------------------------------

LiveEngine::Reloaded LiveEngine::reload(std::vector<RuleChange>& changes, std::string& problem) {
  const std::lock_guard one(loading_);
  changes.clear();
  std::optional<Configuration> configuration = configure_(problem);
  const RuleCache before = cache_;
  std::shared_ptr<Generation> next = configuration ? load(std::move(*configuration), problem) : nullptr;
  const std::shared_ptr<Generation> running = current();
  if (next) changes = rule_difference(running->rules, next->rules, *next->report);
  const size_t had = running->rules.size(), has = next ? next->rules.size() : 0;
  const bool shrinks = next && has * 10 < had * 9;
  if (!next || shrinks) {
    cache_ = before;
    if (shrinks)
      problem = fmt::format("of {} rules {} would be left, which is less than nine tenths; the {} go on", had, has, had);
    const Lock lock(mutex_);
    ++reloads_refused_;
    reload_success_ = false;
    problem_ = problem;
    return shrinks ? Reloaded::refused : Reloaded::load_failed;
  }
  swap(std::move(next));
  const Lock lock(mutex_);
  ++reloads_;
  reload_success_ = true;
  reload_time_ = now();
  problem_.clear();
  return Reloaded::done;
}

void LiveEngine::swap(std::shared_ptr<Generation> next) {
  const Lock stage_lock(stage_mutex_);
  drain(now());
  go_on_with_snapshot(SIZE_MAX);
  std::vector<std::pair<uint32_t, std::string>> saved;
  if (stage_) {
    begin_save(*stage_, [&](uint32_t kind, std::string_view bytes) { saved.emplace_back(kind, bytes); });
    stage_->correlator().save_more(SIZE_MAX);
    add(old_correlation_, stage_->counters());
    for (size_t i = 0; i < old_correlation_alerts_.size(); ++i)
      old_correlation_alerts_[i] += stage_->alerts_by_level()[i];
  }
  const std::vector<Input*> inputs = opened_;
  const bool had_stage = stage_ != nullptr;
  make_stage(next);
  if (stage_ && had_stage) {
    std::vector<StateSection> sections;
    for (const auto& [kind, bytes] : saved) sections.push_back({kind, bytes});
    std::vector<CorrelationChange> changes;
    if (restore_correlations(sections, *stage_, InputKind::live, now(), changes))
      tell_of_changes(changes);
    else
      tell_of_state("state-lost", "what correlations had counted could not be taken over by the reloaded rules");
    for (Input* input : inputs) {
      input->number = stage_->open({input->name, std::nullopt, stage_now_});
      opened_.push_back(input);
    }
  } else if (stage_) {
    read_state();
  }
  const Lock lock(mutex_);
  old_.push_back(std::exchange(generation_, std::move(next)));
}

// ---- counters -----------------------------------------------------------------------------------------------------------

LiveCounters LiveEngine::counters() const {
  // The lock may be held by somebody who waits for the host to take alerts.
  if (Lock lock(stage_mutex_, std::try_to_lock); lock) publish();
  LiveCounters counters;
  {
    const Lock lock(inputs_mutex_);
    counters.inputs = inputs_.size();
  }
  counters.inputs_beyond_limit = inputs_beyond_.load(std::memory_order_relaxed);
  counters.behind_bytes = behind_bytes_.load(std::memory_order_relaxed);
  counters.queue = queue_->counters();
  const Lock lock(mutex_);
  counters.events = totals_;
  counters.correlation = published_.correlation;
  counters.correlation_alerts_by_level = published_.alerts_by_level;
  counters.times = published_.times;
  counters.snapshots = published_.snapshots;
  counters.snapshots_failed = published_.snapshots_failed;
  if (published_.watermark != no_watermark) counters.watermark_lag = std::max<int64_t>(0, now() - published_.watermark);
  counters.reloads = reloads_;
  counters.reloads_refused = reloads_refused_;
  counters.reload_success = reload_success_;
  counters.reload_time = reload_time_;
  counters.ready = generation_->engine != nullptr;
  counters.refused = generation_->report->refused;
  counters.kept = generation_->report->kept.size();
  if (generation_->engine) {
    counters.rules = generation_->engine->rules().size();
    counters.correlation_rules = generation_->engine->correlation_rules().size();
  }
  return counters;
}

// Whole or not at all, for whoever reads it meanwhile.
void LiveEngine::write_metrics(int64_t now) {
  const std::lock_guard one(metrics_mutex_);
  if (live_.metrics_file.empty() || !is_due(now, next_metrics_, metrics_interval)) return;
  next_metrics_ = now + metrics_interval;
  const std::string text = prometheus_text(*this, {}, options_.version), path = live_.metrics_file + ".new";
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  bool written = descriptor >= 0 && ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (descriptor >= 0) ::close(descriptor);
  written = written && ::rename(path.c_str(), live_.metrics_file.c_str()) == 0;
  if (!written && !metrics_failed_)
    tell_of_state("metrics-not-written", fmt::format("{}: {}", live_.metrics_file, std::strerror(errno)));
  metrics_failed_ = !written;
}

std::vector<std::pair<std::shared_ptr<const RuleInfo>, uint64_t>> LiveEngine::rule_matches() const {
  const Lock lock(mutex_);
  auto sums = old_matches_;
  std::vector<const Generation*> generations;
  for (const auto& old : old_) generations.push_back(old.get());
  generations.push_back(generation_.get());
  for (const Generation* generation : generations) {
    if (!generation->engine) continue;
    const auto& rules = generation->engine->rules();
    for (size_t i = 0; i < rules.size(); ++i) {
      const uint64_t hits = generation->hits[i].load(std::memory_order_relaxed);
      if (hits == 0) continue;
      auto& sum = sums[rules[i]->id];
      sum.first = rules[i];
      sum.second += hits;
    }
  }
  std::vector<std::pair<std::shared_ptr<const RuleInfo>, uint64_t>> matches;
  for (auto& [id, sum] : sums) matches.push_back(std::move(sum));
  return matches;
}

}  // namespace sigrun
