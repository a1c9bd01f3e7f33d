// Engines that instances share. Filters with the same settings have one; an alerts input empties all that its
// settings cover.
//
// Life. attach() opens an engine, or finds it. When its last filter has left it is parked: a host that
// reloads its configuration destroys its instances before it makes new ones, and what correlations count must
// not be lost between. Who attaches to a parked engine reloads its rules. What stays parked is closed after a
// minute, and at the end of the process.
//
// An engine whose rules or state folder cannot be read lets everything pass; it is tried again every half a
// minute.
//
// Threads. Anything may be called from anywhere, but attach(), which may take seconds, not from callbacks
// that handle records. One thread, the keeper, is started by the first attach(): it tries again, and says in
// the host's log what others have counted. Reading rules needs more stack than hosts have: that runs on a
// thread of its own, which the caller waits for.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <pthread.h>

#include <sigrun/sigrun.h>

#include "settings.h"

namespace sigrun::fluentbit {

class SharedEngine {
 public:
  explicit SharedEngine(EngineSettings settings) : settings_(std::move(settings)) {}

  const EngineSettings& settings() const { return settings_; }
  // Null while there is none. Held for one call and no longer.
  std::shared_ptr<sigrun_engine> get() const;

  // What filters count, for the keeper to say.
  struct Counts {
    std::atomic<uint64_t> field_taken{0};        // matched, and had the field already
    std::atomic<uint64_t> unreadable_chunks{0};  // the rest of the chunk went on as it was
    std::atomic<uint64_t> not_annotated{0};      // for want of memory, or a body that is no map
    std::atomic<uint64_t> passed{0};             // without an engine
  };
  Counts counts;
  // Why a record was rejected or dropped; the last one is kept.
  void note(const char* problem);

  // Hands alerts to `take` in their order until it returns 0 (taken, and enough) or −1 (not taken), and
  // acknowledges those that were taken `after` nanoseconds ago or earlier.
  void take_alerts(const std::function<int(const sigrun_queued_alert&)>& take, int64_t now, int64_t after);
  // What was taken and is not acknowledged comes again.
  void rewind_alerts();

 private:
  friend class SharedEngines;

  // All of these under changing_.
  bool open(std::string& problem, sigrun_status& status);
  void close();
  sigrun_status reload();

  void say_loaded(sigrun_engine* engine) const;
  void say_counts(int64_t now);

  const EngineSettings settings_;
  std::mutex changing_;       // one opens, closes or reloads
  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<sigrun_engine> engine_;
  std::string problem_, noted_;
  std::mutex alerts_mutex_;                         // guards what follows
  std::deque<std::pair<int64_t, uint64_t>> taken_;  // when, and up to which sequence
  // Of SharedEngines, under its mutex.
  size_t users_ = 0;
  int64_t parked_ = 0;
  // Of the keeper.
  std::atomic<int64_t> next_try_{0};
  struct Said {
    uint64_t value = 0;
    int64_t next = 0;  // not before then
  };
  Said said_rejected_, said_dropped_, said_lost_, said_field_taken_, said_chunks_, said_not_annotated_,
      said_passed_, said_snapshots_failed_;
};

// Lives as long as the process.
class SharedEngines {
 public:
  static SharedEngines& instance();

  // Null: `problem` says why the instance cannot start.
  std::shared_ptr<SharedEngine> attach(const EngineSettings& settings, std::string& problem);
  void detach(const std::shared_ptr<SharedEngine>& engine);
  std::vector<std::shared_ptr<SharedEngine>> covered_by(const EngineSettings& settings);

 private:
  void start_keeper();
  void keep();
  void at_exit();
  void close_parked(int64_t before);
  void try_again(const std::shared_ptr<SharedEngine>& engine, int64_t now);

  std::mutex mutex_;  // guards what follows
  std::vector<std::shared_ptr<SharedEngine>> engines_;
  bool keeping_ = false, ending_ = false;
  std::condition_variable wake_;
  pthread_t keeper_{};
  std::mutex closing_;  // what is being closed is in no list, and may have a state folder still
};

// Nanoseconds since 1970, and of a clock that is not set.
int64_t wall_clock();
int64_t steady_clock();

}  // namespace sigrun::fluentbit
