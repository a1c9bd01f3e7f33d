// What stands between matching and the correlations: the event time of each input, and alerts out of what fired.
//
// Takes what the events of an input matched, in the input's order; decides by the input's clock which time each event has, whether it is late and where a segment begins;
// holds back what is not decided yet; hands the rest to the Correlator and delivers its firings as alerts.
//
// Several inputs are told apart: each has a clock of its own, and the watermark is that of the one that is furthest behind. A file whose time jumps back for
// good while others are being read waits until those have ended, and goes on alone; of several that wait the first named is first. What comes of it
// until whoever reads has heard of it (waits_from()) is kept.
//
// Order of calls: restore()?, begin(), then take() and end() for inputs in any order, finish() once. Live: restore()?, then open() whenever an input
// comes, set_now() before each take(), advance_idle() now and then; it never finishes. Threads: one at a time. The engine must outlive it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "correlate/correlator.h"
#include "engine.h"
#include "support/for_each.h"
#include "time/input_clock.h"
#include "time/watermark_of_inputs.h"

namespace sigrun {

class CorrelationStage {
 public:
  // Called with alerts whose views live until it returns.
  using Deliver = std::function<void(const Alert&)>;

  CorrelationStage(const Engine& engine, const CorrelatorOptions& options, ForEach for_each, Deliver deliver);
  ~CorrelationStage();

  struct Input {
    std::string name;
    std::optional<int64_t> floor;  // no on-time event of it is older; none: not known
    std::optional<int64_t> now;    // it is live, and this is the wall clock; none: it is a file
    bool in_turn = false;          // nothing of it comes before the inputs before it have ended
  };
  void begin(std::vector<Input> inputs);
  // One more input, while others are there; its number. What restore() knows of it is taken up.
  size_t open(Input input);
  // The wall clock of live inputs from now on.
  void set_now(int64_t now);
  // Live inputs that bring nothing go on at the pace of the wall clock, which set_now() has told; windows close.
  void advance_idle();
  // The events of the input's next batch. Their occurrences are changed: they get the times that count.
  void take(size_t input, EventOccurrences& events);
  // The input's next chunk has been taken, whole; chunks are counted so.
  void end_chunk(size_t input);
  // From which of its chunks on the input waits, from 0; none: it does not, and never did. Any thread, after begin().
  std::optional<uint64_t> waits_from(size_t input) const;
  // The input has no more events.
  void end(size_t input);
  // It has no more for now and holds nobody back, but a later scan may go on with it. The times of its last events are decided, as at an end.
  void pause(size_t input);
  // No input has. Everything is decided.
  void finish();

  // What is to be saved beside the Correlator's sections: the inputs' clocks, and what is not decided; and back, before begin() or open()
  // and after the Correlator's plan, for inputs of the same kind. False: it is damaged; then forget() is due.
  std::string save() const;
  bool restore(std::string_view saved, InputKind kind = InputKind::file);
  // Alerts of windows that were still open when finish() decided them; a later process that goes on with these windows, and is given them, does
  // not tell them again. False: damaged.
  std::string save_told() const;
  bool restore_told(std::string_view saved);
  // Alerts that were not told again.
  uint64_t told_before() const { return told_before_count_; }
  // As if nothing had been restored, here and of the Correlator.
  void forget();
  // Live: of the inputs that restore() knows and that have not come back no more than `most` are kept, those that are furthest on; how many were dropped. One that
  // comes back without its clock is a new one.
  size_t drop_clocks(size_t most);
  // Occurrences that were not decided when the state was saved, of rules that are gone.
  // Every score of an analytic from now on, in the order of alerts. Before any take().
  void tell_scores(std::function<void(const Score&)> tell);
  uint64_t held_of_gone_rules() const { return held_of_gone_rules_; }
  Correlator& correlator() { return correlator_; }

  const CorrelationCounters& counters() const { return correlator_.counters(); }
  // Of the events that were taken here: what clocks had counted before they were restored has been told.
  TimeCounters times() const;
  int64_t watermark() const { return watermark_.watermark(); }
  // By level, of correlations' alerts: not those of muted ones.
  const std::array<uint64_t, 6>& alerts_by_level() const { return alerts_by_level_; }

 private:
  // Occurrences of events whose time is not decided, with all that they point to.
  struct Held {
    EventOccurrences events;
    std::deque<std::string> texts;
    size_t count = 0;  // of events
    bool from_before = false;  // some were held back when the state was saved that this scan goes on with
  };
  // What one take() or end() of an input that waits brought: its times are decided.
  struct Waiting {
    OccurrenceBatch batch;
    std::deque<std::string> texts;
    std::vector<uint64_t> starts;  // before so many of the occurrences a segment begins
    int64_t watermark = never;
    bool ends = false;         // the input has no more
    bool from_before = false;  // as in Held
  };

  struct InputState {
    explicit InputState(InputClock input_clock) : clock(std::move(input_clock)) {}
    std::string name;
    InputClock clock;
    TimeCounters counted_before;  // by its clock, when it was restored
    Held held;
    WatermarkOfInputs::Input place = 0;
    bool ended = false, paused = false, live = false;
    bool in_turn = false;         // until its first events come
    std::deque<Waiting> waiting;  // not empty: it waits
    bool pauses = false;          // it waits, and will be paused behind that
    uint64_t chunks = 0;          // that were taken
    std::atomic<uint64_t> waits_from{UINT64_MAX};
    int64_t now = 0;  // of a live input
    bool waits() const { return !waiting.empty(); }
  };
  struct Restored {
    InputClock clock;
    Held held;
    std::deque<Waiting> waiting;
  };

  void save_batch(const OccurrenceBatch& batch, std::string& out) const;
  bool restore_batch(std::string_view& saved, OccurrenceBatch& batch, std::deque<std::string>& texts);
  bool restore_waiting(std::string_view saved, std::deque<Waiting>& waiting);
  void save_waiting(const std::deque<Waiting>& waiting, std::string& out) const;
  void save_held(const Held& held, std::string& out) const;
  bool restore_held(std::string_view saved, Held& held);
  void pass_on(InputState& state, EventOccurrences& events);
  void pass_on_some(InputState& state, const EventOccurrences& events, size_t first, size_t end,
                    bool from_before);
  void correlate(InputState& state, OccurrenceBatch& batch, int64_t watermark);
  void begin_segment(InputState& state);
  void wait(InputState& state);
  void go_on_with_waiting();
  void go_on(InputState& state);
  void go_on(InputState& state, const Waiting& waiting);
  void append(const OccurrenceBatch& from, size_t first, size_t end, OccurrenceBatch& to) const;
  bool is_any_read(const InputState* but = nullptr) const;
  void close_all();
  void deliver_firings();

  const Engine& engine_;
  Deliver deliver_;
  Correlator correlator_;
  std::vector<std::unique_ptr<InputState>> inputs_;
  std::map<std::string, Restored, std::less<>> restored_;  // by name; until begin()
  uint64_t held_of_gone_rules_ = 0;
  bool finishing_ = false;
  std::vector<Identity> told_;      // since finish()
  std::set<Identity> told_before_;  // by an earlier process
  uint64_t told_before_count_ = 0;
  WatermarkOfInputs watermark_;
  std::vector<EventTime> decided_;
  OccurrenceBatch ready_;
  std::vector<Firing> firings_;
  std::function<void(const Score&)> tell_score_;
  std::vector<Score> scores_;
  std::array<uint64_t, 6> alerts_by_level_{};
};

}  // namespace sigrun
