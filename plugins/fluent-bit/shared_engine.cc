#include "shared_engine.h"

#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>

#include "log.h"

namespace sigrun::fluentbit {

namespace {

constexpr int64_t second = 1'000'000'000;
constexpr int64_t retry_interval = 30 * second, word_interval = 60 * second, parking_time = 60 * second;
constexpr size_t problems_said = 5;

int64_t read_clock(clockid_t clock) {
  timespec now;
  ::clock_gettime(clock, &now);
  return now.tv_sec * second + now.tv_nsec;
}

// A thread with stack enough for rules, and no signals. False: it could not be started.
bool start_thread(pthread_t& thread, void* (*body)(void*), void* argument) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 8 << 20);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int failed = pthread_create(&thread, &attributes, body, argument);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  return failed == 0;
}

void with_stack(std::function<void()> work) {
  pthread_t thread;
  const auto body = [](void* argument) -> void* {
    try {
      (*static_cast<std::function<void()>*>(argument))();
    } catch (const std::exception& error) {
      log_line(LogLevel::error, error.what());
    } catch (...) {
      log_line(LogLevel::error, "unknown failure");
    }
    return nullptr;
  };
  if (start_thread(thread, body, &work))
    pthread_join(thread, nullptr);
  else
    work();
}

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> list;
  for (const std::string& text : texts) list.push_back(text.c_str());
  return list;
}
const char* or_null(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

}  // namespace

int64_t wall_clock() { return read_clock(CLOCK_REALTIME); }
int64_t steady_clock() { return read_clock(CLOCK_MONOTONIC); }

std::shared_ptr<sigrun_engine> SharedEngine::get() const {
  const std::lock_guard lock(mutex_);
  return engine_;
}

void SharedEngine::note(const char* problem) {
  const std::lock_guard lock(mutex_);
  noted_ = problem;
}

bool SharedEngine::open(std::string& problem, sigrun_status& status) {
  const std::vector<const char*> select = pointers(settings_.select), exclude = pointers(settings_.exclude);
  sigrun_options options{};
  options.size = sizeof options;
  options.configuration = settings_.config.c_str();
  options.logsource = or_null(settings_.logsource);
  options.min_level = or_null(settings_.min_level);
  options.min_status = or_null(settings_.min_status);
  options.select = select.data();
  options.select_count = select.size();
  options.exclude = exclude.data();
  options.exclude_count = exclude.size();
  options.state_folder = settings_.state_folder ? settings_.state_folder->c_str() : nullptr;
  options.when_behind = or_null(settings_.when_behind);
  options.spool_full = or_null(settings_.spool_full);
  options.on_load_error = or_null(settings_.on_load_error);
  options.queue_detections = or_null(settings_.queue_detections);
  std::string error(4096, '\0');
  sigrun_engine* engine = nullptr;
  status = sigrun_open(&options, &engine, error.data(), error.size());
  problem = error.c_str();
  if (!engine) return false;
  const std::lock_guard lock(mutex_);
  engine_ = std::shared_ptr<sigrun_engine>(engine, sigrun_close);
  problem_ = status == SIGRUN_OK ? std::string() : problem;
  return true;
}

void SharedEngine::close() {
  std::shared_ptr<sigrun_engine> engine;
  {
    const std::lock_guard lock(mutex_);
    engine = std::move(engine_);
    engine_ = nullptr;
  }
  // Calls that are in it end first: the state folder must be free when this returns.
  while (engine && engine.use_count() > 1) ::usleep(1000);
  engine.reset();
  const std::lock_guard lock(alerts_mutex_);
  taken_.clear();
}

void SharedEngine::say_loaded(sigrun_engine* engine) const {
  const size_t problems = sigrun_problem_count(engine), refused = sigrun_refused_count(engine);
  size_t said = 0;
  for (size_t i = 0; i < problems && said < problems_said; ++i) {
    const char* problem = sigrun_problem(engine, i);
    if (!problem || !std::strstr(problem, ": error: ")) continue;
    log_line(LogLevel::warning, problem);
    ++said;
  }
  log_line(refused ? LogLevel::warning : LogLevel::info,
           settings_.config + ": " + std::to_string(sigrun_rule_count(engine)) + " rules run, " +
               std::to_string(refused) + " refused" + (refused > said ? " (`sigrun check` names all)" : ""));
}

sigrun_status SharedEngine::reload() {
  const std::shared_ptr<sigrun_engine> engine = get();
  if (!engine) return SIGRUN_ERROR_ARGUMENT;
  const bool ready = sigrun_ready(engine.get(), nullptr, 0) != 0;
  sigrun_reload_report report{};
  report.size = sizeof report;
  std::string error(4096, '\0');
  const sigrun_status status =
      sigrun_reload(engine.get(), &report, nullptr, nullptr, error.data(), error.size());
  if (status == SIGRUN_OK && ready) {
    say_loaded(engine.get());
    log_line(LogLevel::info, settings_.config + ": reloaded: " + std::to_string(report.rules) +
                                 " rules and correlations run; " + std::to_string(report.added) + " added, " +
                                 std::to_string(report.changed) + " changed, " +
                                 std::to_string(report.removed) + " removed, " +
                                 std::to_string(report.refused) + " refused, " + std::to_string(report.kept) +
                                 " kept as they were");
  } else if (ready) {
    log_line(LogLevel::error,
             settings_.config + ": not reloaded, the rules from before go on: " + std::string(error.c_str()));
  } else if (status != SIGRUN_OK) {
    const std::lock_guard lock(mutex_);
    problem_ = error.c_str();
  }
  return status;
}

void SharedEngine::take_alerts(const std::function<int(const sigrun_queued_alert&)>& take, int64_t now,
                               int64_t after) {
  const std::shared_ptr<sigrun_engine> engine = get();
  if (!engine) return;
  const std::lock_guard lock(alerts_mutex_);
  uint64_t done = 0;
  while (!taken_.empty() && taken_.front().first <= now - after) {
    done = taken_.front().second;
    taken_.pop_front();
  }
  if (done != 0) sigrun_acknowledge_alerts(engine.get(), done, nullptr, 0);
  struct Taking {
    const std::function<int(const sigrun_queued_alert&)>& take;
    uint64_t last;
  } taking{take, 0};
  sigrun_next_alerts(
      engine.get(), 0, SIZE_MAX,
      [](const sigrun_queued_alert* alert, void* user) {
        Taking& to = *static_cast<Taking*>(user);
        int answer = -1;
        try {
          answer = to.take(*alert);
        } catch (...) {
        }
        if (answer >= 0) to.last = alert->sequence;
        return answer;
      },
      &taking, nullptr, nullptr, 0);
  if (taking.last != 0) taken_.emplace_back(now, taking.last);
}

void SharedEngine::rewind_alerts() {
  const std::shared_ptr<sigrun_engine> engine = get();
  const std::lock_guard lock(alerts_mutex_);
  if (engine && !taken_.empty()) sigrun_rewind_alerts(engine.get());
  taken_.clear();
}

void SharedEngine::say_counts(int64_t now) {
  const std::shared_ptr<sigrun_engine> engine = get();
  std::string problem, noted;
  {
    const std::lock_guard lock(mutex_);
    problem = problem_;
    noted = noted_;
  }
  const auto say = [&](const char* what, uint64_t value, Said& said, const std::string& example) {
    if (value <= said.value || now < said.next) return;
    log_line(LogLevel::warning, settings_.config + ": " + std::to_string(value - said.value) + " " + what +
                                    (example.empty() ? std::string() : ": " + example));
    said = {value, now + word_interval};
  };
  if (engine) {
    sigrun_counters counters{};
    counters.size = sizeof counters;
    sigrun_get_counters(engine.get(), &counters);
    say("events were not matched, because they could not be read; the last", counters.rejected,
        said_rejected_, noted);
    say("events were let pass unmatched", counters.dropped, said_dropped_, problem.empty() ? noted : problem);
    say("alerts were lost, because the spool is full", counters.alerts_lost, said_lost_, "");
    say("times the state folder could not be written", counters.snapshots_failed, said_snapshots_failed_, "");
  }
  say("records were let pass unmatched", counts.passed, said_passed_, problem);
  say("records that match had the field already; it was kept", counts.field_taken, said_field_taken_, "");
  say("chunks could not be read to their end; their rest was not matched", counts.unreadable_chunks,
      said_chunks_, "");
  say("records that match could not be annotated", counts.not_annotated, said_not_annotated_, "");
}

SharedEngines& SharedEngines::instance() {
  static SharedEngines* const engines =
      new SharedEngines;  // never destroyed: the host's threads may outlive static objects
  return *engines;
}

std::shared_ptr<SharedEngine> SharedEngines::attach(const EngineSettings& settings, std::string& problem) {
  start_keeper();
  std::shared_ptr<SharedEngine> shared;
  bool adopted = false, fresh = false;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& other : engines_)
      if (other->settings() == settings) shared = other;
    if (!shared) {
      shared = engines_.emplace_back(std::make_shared<SharedEngine>(settings));
      fresh = true;
    }
    adopted = !fresh && shared->users_ == 0;
    ++shared->users_;
  }
  bool starts = true;
  with_stack([&] {
    const std::lock_guard changing(shared->changing_);
    if (adopted && shared->get()) {
      if (sigrun_ready(shared->get().get(), nullptr, 0)) {
        shared->reload();
        return;
      }
      shared->close();
    }
    if (shared->get()) return;
    sigrun_status status = SIGRUN_OK;
    bool open = shared->open(problem, status);
    // An engine that nobody uses any more may have the state folder.
    if (!open && status == SIGRUN_ERROR_STATE) {
      close_parked(INT64_MAX);
      open = shared->open(problem, status);
    }
    if (open && status == SIGRUN_OK) {
      shared->say_loaded(shared->get().get());
    } else if (open || (status == SIGRUN_ERROR_STATE && settings.on_load_error != "fail")) {
      const std::lock_guard lock(shared->mutex_);
      shared->problem_ = problem;
      log_line(LogLevel::error,
               settings.config + ": records pass unmatched until this is mended: " + problem);
      shared->next_try_ = steady_clock() + retry_interval;
    } else {
      starts = false;
    }
  });
  // Registered anew each time, so that it runs before whatever reading rules has left to be destroyed.
  std::atexit([] { instance().at_exit(); });
  if (starts) return shared;
  detach(shared);
  const std::lock_guard lock(mutex_);
  if (shared->users_ == 0) std::erase(engines_, shared);
  return nullptr;
}

void SharedEngines::detach(const std::shared_ptr<SharedEngine>& engine) {
  const std::lock_guard lock(mutex_);
  if (--engine->users_ == 0) engine->parked_ = steady_clock();
}

std::vector<std::shared_ptr<SharedEngine>> SharedEngines::covered_by(const EngineSettings& settings) {
  std::vector<std::shared_ptr<SharedEngine>> covered;
  const std::lock_guard lock(mutex_);
  for (const auto& engine : engines_)
    if (settings.covers(engine->settings())) covered.push_back(engine);
  return covered;
}

void SharedEngines::close_parked(int64_t before) {
  const std::lock_guard closing(closing_);
  std::vector<std::shared_ptr<SharedEngine>> parked;
  {
    const std::lock_guard lock(mutex_);
    const auto is_parked = [&](const auto& engine) {
      return engine->users_ == 0 && engine->parked_ < before;
    };
    for (const auto& engine : engines_)
      if (is_parked(engine)) parked.push_back(engine);
    std::erase_if(engines_, is_parked);
  }
  for (const auto& engine : parked) {
    const std::lock_guard changing(engine->changing_);
    engine->close();
  }
}

void SharedEngines::start_keeper() {
  const std::lock_guard lock(mutex_);
  if (keeping_) return;
  const auto body = [](void* argument) -> void* {
    static_cast<SharedEngines*>(argument)->keep();
    return nullptr;
  };
  keeping_ = start_thread(keeper_, body, this);
  if (!keeping_) {
    log_line(LogLevel::error,
             "no thread could be started: nothing is tried again, counted problems are not said");
    return;
  }
  pthread_setname_np(keeper_, "sigrun-keeper");
}

void SharedEngines::try_again(const std::shared_ptr<SharedEngine>& engine, int64_t now) {
  if (now < engine->next_try_) return;
  const std::unique_lock changing(engine->changing_, std::try_to_lock);
  if (!changing) return;
  {
    const std::lock_guard lock(mutex_);
    if (engine->users_ == 0) return;
  }
  {
    std::shared_ptr<sigrun_engine> open = engine->get();
    if (open && sigrun_ready(open.get(), nullptr, 0)) return;
    engine->next_try_ = now + retry_interval;
    if (open) {
      if (engine->reload() != SIGRUN_OK) return;
      sigrun_counters counters{};
      counters.size = sizeof counters;
      sigrun_get_counters(open.get(), &counters);
      engine->counts.passed += counters.dropped;
      engine->said_passed_.value += engine->said_dropped_.value;
    }
  }
  // It can be loaded now. It is opened anew, because the configuration may name a state folder that could not
  // be known before.
  engine->close();
  std::string problem;
  sigrun_status status = SIGRUN_OK;
  if (engine->open(problem, status) && status == SIGRUN_OK) {
    engine->say_loaded(engine->get().get());
    log_line(LogLevel::info, engine->settings().config + ": events are matched from now on");
  } else {
    const std::lock_guard lock(engine->mutex_);
    engine->problem_ = problem;
  }
  engine->said_dropped_ = engine->said_rejected_ = engine->said_lost_ = engine->said_snapshots_failed_ = {};
}

void SharedEngines::keep() {
  for (;;) {
    std::vector<std::shared_ptr<SharedEngine>> engines;
    {
      std::unique_lock lock(mutex_);
      if (ending_ || wake_.wait_for(lock, std::chrono::seconds(1), [&] { return ending_; })) return;
      engines = engines_;
    }
    const int64_t now = steady_clock();
    try {
      close_parked(now - parking_time);
      for (const auto& engine : engines) {
        try_again(engine, now);
        engine->say_counts(now);
      }
    } catch (const std::exception& error) {
      log_line(LogLevel::error, error.what());
    } catch (...) {
      log_line(LogLevel::error, "unknown failure");
    }
  }
}

void SharedEngines::at_exit() {
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    ending_ = true;
    wake_.notify_all();
  }
  if (keeping_) pthread_join(keeper_, nullptr);
  // Those that instances still use are left alone: a host that ends in the middle has threads in them.
  try {
    close_parked(INT64_MAX);
  } catch (...) {
  }
}

}  // namespace sigrun::fluentbit
