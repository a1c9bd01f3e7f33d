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
#include <filesystem>
#include <new>
#include <system_error>
#include <utility>

#include "correlate/source_translation.h"
#include "live/live_parts.h"
#include "live/metrics.h"
#include "support/write_all.h"

namespace sigrun {
namespace {

namespace fs = std::filesystem;

constexpr int64_t second = 1'000'000'000;
constexpr auto pass_after = std::chrono::milliseconds(100);
constexpr size_t shards_for_each_pass = 16;
constexpr int64_t metrics_interval = 10 * second;

int64_t wall_clock() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// A wall clock may be set back; what is to happen once in an interval is then not put off for longer than that.
bool is_due(int64_t now, int64_t next, int64_t interval) { return now >= next || next - now > interval; }

}  // namespace

// ---- opening and closing ------------------------------------------------------------------------------------------------

LiveEngine::LiveEngine() : generation_(std::make_shared<Generation>()) {}

LiveEngine::~LiveEngine() {
  // Memory may run out here, too; what then is not written is as after a kill, and the rest goes on.
  const auto as_far_as_memory_goes = [](const auto& step) {
    try {
      step();
    } catch (const std::bad_alloc&) {
    }
  };
  if (queue_) as_far_as_memory_goes([&] { queue_->close(); });  // whoever waits for room goes on
  {
    const Lock lock(handed_mutex_);
    stopping_ = true;
    handed_.notify_all();
    room_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  if (queue_) {
    const Lock lock(stage_mutex_);
    as_far_as_memory_goes([&] {
      drain(now());
      std::string problem;
      write_snapshot(problem);
    });
    as_far_as_memory_goes([&] {
      std::string problem;
      sync_spool(problem);
    });
  }
  if (state_lock_ >= 0) ::close(state_lock_);
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

void LiveEngine::tell_of_state(std::string_view what, const std::string& message) {
  queue_->put_health(what,
                     what == "not-ready"             ? "No rules are loaded"
                     : what == "metrics-not-written" ? "The metrics could not be written"
                                                     : "State could not be kept",
                     message, now());
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

LiveEngine::Input& LiveEngine::input_of(std::string_view name) {
  const Lock lock(inputs_mutex_);
  if (const auto known = inputs_.find(name); known != inputs_.end()) return *known->second;
  if (inputs_.size() < live_.inputs) {
    auto input = std::make_unique<Input>();
    input->name = name;
    // Whatever the host calls an input, it is not the shared one.
    input->saved_name = (name.starts_with('\0') ? std::string(1, '\0') : std::string()) + input->name;
    Input& made = *input;
    inputs_.emplace(made.name, std::move(input));
    return made;
  }
  inputs_beyond_.fetch_add(1, std::memory_order_relaxed);
  if (!shared_input_) {
    shared_input_ = std::make_unique<Input>();
    shared_input_->name = "(others)";
    shared_input_->saved_name = std::string("\0others", 7);
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
        queue_->put_health("memory", "Out of memory", "correlations ran out of memory and lost events",
                           wall_clock());
      } catch (const std::bad_alloc&) {
        // Nor is there memory to say so.
      }
    }
  }
}

// With the stage lock held. `timed`: what is due by the clock is done, too.
void LiveEngine::work(int64_t now, bool timed) {
  // A reload may have run out of memory before it had one.
  if (!stage_ && stage_generation_ && stage_generation_->correlates()) make_stage(stage_generation_);
  drain(now);
  if (snapshot_) go_on_with_snapshot(shards_for_each_pass);
  if (!timed || !is_due(now, next_second_, second)) return;
  next_second_ = now + second;
  if (stage_) stage_->advance_idle();
  queue_->tick(now);
  std::string problem;
  sync_spool(problem);
  bury();
  if (const int64_t interval = state_.snapshot_interval_seconds * second;
      is_due(now, next_snapshot_, interval)) {
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
      for (Input::Handed& handed : pending) feed(*inputs[next], handed.events, handed.generation);
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
  handed_inputs_.insert(handed_inputs_.end(), inputs.begin() + static_cast<std::ptrdiff_t>(first),
                        inputs.end());
}

// So many bytes are not behind any more.
void LiveEngine::release(size_t bytes) {
  behind_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  const Lock lock(handed_mutex_);
  room_.notify_all();
}

void LiveEngine::feed(Input& input, HandedEvents& events, const std::shared_ptr<Generation>& from) {
  OccurrenceBatch& batch = events.events.batch;
  if (!stage_) {
    reload_left_out_ += batch.occurrences.size();
    return;
  }
  if (from != stage_generation_)
    reload_left_out_ +=
        SourceTranslation(from->engine->correlations(), stage_generation_->engine->correlations())
            .translate(batch);
  if (!input.number) open_input(input);
  stage_->take(*input.number, events.events);
}

void LiveEngine::open_input(Input& input) {
  input.number = stage_->open({input.saved_name, std::nullopt, stage_now_});
  opened_.push_back(&input);
}

// With the stage lock held.
void LiveEngine::publish() const {
  Published published;
  published.correlation = old_correlation_;
  published.alerts_by_level = old_correlation_alerts_;
  published.times = old_times_;
  if (stage_) {
    published.correlation.add(stage_->counters());
    published.correlation.groups = stage_->counters().groups;
    published.correlation.bytes = stage_->counters().bytes;
    for (size_t i = 0; i < published.alerts_by_level.size(); ++i)
      published.alerts_by_level[i] += stage_->alerts_by_level()[i];
    published.times.add(stage_->times());
    published.watermark = stage_->watermark();
  }
  published.snapshots = snapshots_;
  published.snapshots_failed = snapshots_failed_;
  published.spool_syncs_failed = spool_syncs_failed_;
  published.reload_left_out = reload_left_out_;
  published.clocks_dropped = clocks_dropped_;
  const Lock lock(mutex_);
  published_ = published;
}

void LiveEngine::hurry(bool on) {
  if (hurried_.exchange(on) == on) return;
  on ? queue_->hurry() : queue_->unhurry();
  const Lock lock(handed_mutex_);
  room_.notify_all();
}

bool LiveEngine::flush(std::string& problem) {
  const Lock lock(stage_mutex_);
  drain(now());
  const bool done = sync_spool(problem);
  publish();
  return done;
}

bool LiveEngine::snapshot(std::string& problem) {
  const Lock lock(stage_mutex_);
  drain(now());
  const bool done = sync_spool(problem) && write_snapshot(problem);
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

// ---- counters -----------------------------------------------------------------------------------------------------------

LiveCounters LiveEngine::counters() const {
  // The lock may be held by somebody who waits for the host to take alerts.
  if (Lock lock(stage_mutex_, std::try_to_lock); lock) publish();
  LiveCounters counters;
  {
    const Lock lock(inputs_mutex_);
    counters.inputs = inputs_.size() + (shared_input_ ? 1 : 0);
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
  counters.spool_syncs_failed = published_.spool_syncs_failed;
  counters.reload_left_out = published_.reload_left_out;
  counters.clocks_dropped = published_.clocks_dropped;
  counters.metrics_failed = metrics_failures_.load(std::memory_order_relaxed);
  if (published_.watermark != never)
    counters.watermark_lag = std::max<int64_t>(0, now() - published_.watermark);
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
  int why = descriptor >= 0 && write_all(descriptor, text) ? 0 : errno;
  if (descriptor >= 0 && ::close(descriptor) != 0 && why == 0) why = errno;
  if (why == 0 && ::rename(path.c_str(), live_.metrics_file.c_str()) != 0) why = errno;
  if (why != 0) {
    if (descriptor >= 0) ::unlink(path.c_str());
    metrics_failures_.fetch_add(1, std::memory_order_relaxed);
    if (!metrics_failed_)
      tell_of_state("metrics-not-written", fmt::format("{}: {}", live_.metrics_file, std::strerror(why)));
  }
  metrics_failed_ = why != 0;
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
