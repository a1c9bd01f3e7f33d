// The engine inside a program that runs on and on: events come from many threads, detections go back to them at once, correlations
// follow on one thread of its own, alerts wait in a queue, rules are reloaded, state is kept in a folder.
// docs/decisions/2026-11-23-collectors.md says why it is so.
//
// What runs where. A Call evaluates on its caller's thread, with working memory of its own. What correlations need it leaves with the input, each mebibyte and at
// its end; the engine's thread picks that up, an input's in the order in which calls left it, feeds the CorrelationStage, and writes snapshots and metrics. Unless
// the host tells the time: then what is due by the clock (idle inputs, snapshots, metrics, generations that are over) is done by tick(), on its caller's thread. Whoever
// else has to touch the correlations (flush(), snapshot(), reload()) does so on his own thread under the same lock.
//
// Generations. A reload makes a new immutable Engine; calls that have begun finish in theirs. What they leave for the correlations is translated to the new
// one's rules; what nothing counts any more is left out, counted. A generation is freed by what is due by the clock, once nobody is in it; never by a Call.
//
// State. What correlations have counted goes over to the rules of a reload, as far as these count the same. What goes over to nobody is dropped for good, from the
// state folder too, counted and said as health: rules that come back later begin anew.
//
// Order of calls: open() once; then everything from any threads; the destructor last. It never prints and throws nothing but bad_alloc; its thread survives that.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "config/configuration.h"
#include "correlation_stage.h"
#include "engine.h"
#include "live/alert_queue.h"
#include "live/handed_events.h"
#include "live/rule_difference.h"
#include "rule_cache.h"
#include "state/state_file.h"

namespace sigrun {

// What to load, and how to do it again: called for opening and for each reload.
using Configure = std::function<std::optional<Configuration>(std::string& problem)>;

struct LiveCounters {
  Counters events;  // alerts of detections
  CorrelationCounters correlation;
  std::array<uint64_t, 6> correlation_alerts_by_level{};
  TimeCounters times;
  AlertQueue::Counters queue;
  uint64_t behind_bytes = 0;
  uint64_t reloads = 0, reloads_refused = 0, snapshots = 0, snapshots_failed = 0;
  uint64_t spool_syncs_failed = 0, metrics_failed = 0;
  uint64_t reload_left_out =
      0;  // matches on their way when rules were reloaded, of rules that nothing counts any more
  uint64_t clocks_dropped = 0;  // saved ones, of inputs that had not come back
  uint64_t inputs = 0, inputs_beyond_limit = 0;
  uint64_t rules = 0, correlation_rules = 0, refused = 0, kept = 0;
  bool ready = false, reload_success = true;
  int64_t reload_time = 0;     // of the last that succeeded, the opening too; 0: none did
  int64_t watermark_lag = -1;  // nanoseconds; −1: nothing came yet
};

class LiveEngine {
 public:
  struct Options {
    bool host_clock = false;  // the wall clock is what tick() says
    bool threaded = true;     // false, for tests: flush() and tick() do the work
    std::string version;      // for the metrics
  };
  enum class Opened : uint8_t { ready, not_ready, load_failed, state_failed };

  LiveEngine();
  ~LiveEngine();
  LiveEngine(const LiveEngine&) = delete;
  LiveEngine& operator=(const LiveEngine&) = delete;

  // `on_load_error`: what that is where no configuration can be read. `problem`: why it is not ready.
  Opened open(Configure configure, const Options& options, LiveOptions::OnLoadError on_load_error,
              std::string& problem);

  bool ready(std::string* problem = nullptr) const;
  // What the last load that succeeded said.
  std::shared_ptr<const LoadReport> report() const;

  // ---- events ----

  enum class Outcome : uint8_t { processed, degraded, rejected, dropped };
  struct Matched {
    std::shared_ptr<const RuleInfo> rule;
    AlertId id;
    std::string json;  // where it was asked for
  };
  // What became of a record. Lives until the call's next.
  struct Result {
    Outcome outcome = Outcome::processed;
    size_t events = 0;
    sigma::Level level = sigma::Level::none;
    std::span<const Matched> matches;
    std::string_view problem;
  };
  struct Generation;
  struct Scratch;
  struct Input;

  // Evaluates records of one input. Short-lived, on one thread; what correlations need is handed over when it ends.
  class Call {
   public:
    Call(LiveEngine& engine, std::string_view input);
    ~Call();
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    // `json`: matches come with their alerts.
    const Result& evaluate(const HostRecord& record, std::optional<int64_t> received, bool json);
    // JSON text of any size, compressed or not; alerts as they are found. False: the bytes end early; `problem` says how.
    bool evaluate_text(std::string_view bytes, const std::function<void(const Alert&)>& alert,
                       std::string& problem);

   private:
    bool passes();
    void evaluate_json(const HostRecord& record, bool json);
    void evaluate_batch(const EventBatch& batch, bool json, const std::function<void(const Alert&)>* alert);
    void take_alerts(bool json, const std::function<void(const Alert&)>* alert);
    void take_occurrences();
    void hand_over();

    LiveEngine& engine_;
    std::shared_ptr<Generation> generation_;
    std::unique_ptr<Scratch> scratch_;
    Input* input_ = nullptr;
    std::string_view name_;
    int64_t now_;
    int exceptions_;  // that were under way when it began
    Result result_;
  };

  // ---- alerts ----
  AlertQueue& alerts() { return *queue_; }

  // ---- running ----
  enum class Reloaded : uint8_t { done, refused, load_failed };
  // What became of the groups that correlations had. Health alerts say which correlations they were of.
  struct TakenOver {
    uint64_t kept = 0, dropped = 0;
  };
  Reloaded reload(std::vector<RuleChange>& changes, std::string& problem, TakenOver* taken_over = nullptr);
  // On: no caller waits any more, and what they hand over goes beyond behind_memory; off: as before.
  void hurry(bool on);
  // Everything that was handed over is correlated, and its alerts are in the queue; with a state folder they are on the disk. False: they are
  // not, and `problem` says why.
  bool flush(std::string& problem);
  // The same, and writes the state. Without a state folder, or without correlations, there is none.
  bool snapshot(std::string& problem);
  void tick(int64_t now);
  LiveCounters counters() const;
  // Of each rule: how often it matched, in this and earlier generations.
  std::vector<std::pair<std::shared_ptr<const RuleInfo>, uint64_t>> rule_matches() const;
  const LiveOptions& options() const { return live_; }

 private:
  using Lock = std::unique_lock<std::mutex>;

  std::shared_ptr<Generation> current() const;
  std::shared_ptr<Generation> load(Configuration configuration, std::string& problem);
  bool lock_state_folder(std::string& problem);
  void read_state();
  void make_stage(const std::shared_ptr<Generation>& generation);
  bool restore(const std::vector<StateSection>& sections, std::vector<CorrelationChange>& changes);
  CorrelatorOptions correlator_options() const;
  void open_input(Input& input);
  void drop_clocks();
  TakenOver swap(std::shared_ptr<Generation> next);
  TakenOver take_over(const std::shared_ptr<Generation>& next,
                      const std::vector<std::pair<uint32_t, std::string>>& saved,
                      const std::vector<Input*>& inputs, bool had_stage, uint64_t groups);
  Input& input_of(std::string_view name);
  int64_t now() const;
  void run();
  void work(int64_t now, bool timed);
  void drain(int64_t now);
  void give_back(const std::vector<Input*>& inputs, size_t first);
  void release(size_t bytes);
  void feed(Input& input, HandedEvents& events, const std::shared_ptr<Generation>& from);
  void begin_snapshot();
  void go_on_with_snapshot(size_t shards);
  bool sync_spool(std::string& problem);
  bool write_snapshot(std::string& problem);
  void bury();
  void publish() const;
  void write_metrics(int64_t now);
  void tell_of_state(std::string_view what, const std::string& message);
  void tell_of_changes(const std::vector<CorrelationChange>& changes);

  Options options_;
  LiveOptions live_;
  StateOptions state_;
  Configure configure_;
  RuleCache cache_;
  std::mutex loading_;  // one load at a time

  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<Generation> generation_;
  std::vector<std::shared_ptr<Generation>> old_;  // some call may still be in them
  std::string problem_;
  Counters totals_;
  std::map<std::string, std::pair<std::shared_ptr<const RuleInfo>, uint64_t>>
      old_matches_;  // of generations that are gone
  // Of the correlations, as of when the lock was free last.
  struct Published {
    CorrelationCounters correlation;
    std::array<uint64_t, 6> alerts_by_level{};
    TimeCounters times;
    int64_t watermark = never;
    uint64_t snapshots = 0, snapshots_failed = 0, spool_syncs_failed = 0;
    uint64_t reload_left_out = 0, clocks_dropped = 0;
  };
  mutable Published published_;
  uint64_t reloads_ = 0, reloads_refused_ = 0;
  bool reload_success_ = true;
  int64_t reload_time_ = 0;

  mutable std::mutex inputs_mutex_;  // guards the map; inputs stay
  std::map<std::string, std::unique_ptr<Input>, std::less<>> inputs_;
  std::unique_ptr<Input> shared_input_;  // of those beyond LiveOptions::inputs
  std::atomic<uint64_t> inputs_beyond_{0};

  mutable std::mutex handed_mutex_;  // guards what follows
  std::condition_variable handed_, room_;
  std::vector<Input*> handed_inputs_;
  bool urgent_ = false, stopping_ = false;
  std::atomic<size_t> behind_bytes_{0};
  std::atomic<bool> hurried_{false};

  mutable std::mutex stage_mutex_;  // guards what follows
  std::shared_ptr<Generation> stage_generation_;
  std::unique_ptr<CorrelationStage> stage_;
  std::vector<Input*> opened_;  // inputs that the stage knows
  CorrelationCounters old_correlation_;
  std::array<uint64_t, 6> old_correlation_alerts_{};
  TimeCounters old_times_;
  std::optional<uint64_t> seed_;
  std::string alert_text_;
  std::unique_ptr<StateFileWriter> snapshot_;
  std::string snapshot_problem_;
  uint64_t snapshots_ = 0, snapshots_failed_ = 0, spool_syncs_failed_ = 0;
  uint64_t reload_left_out_ = 0, clocks_dropped_ = 0;
  bool state_is_read_ = false;  // what is in the folder is of this process, or of nobody any more
  bool spool_failed_ = false;
  int64_t next_snapshot_ = 0, next_second_ = 0, stage_now_ = 0;

  // Of the engine's thread; of tick(), where the host tells the time.
  std::mutex metrics_mutex_;
  int64_t next_metrics_ = 0;
  bool metrics_failed_ = false;
  std::atomic<uint64_t> metrics_failures_{0};

  std::atomic<int64_t> host_now_{0};
  std::unique_ptr<AlertQueue> queue_;
  int state_lock_ = -1;
  std::thread thread_;
};

}  // namespace sigrun
