// What stands between matching and the correlations: the event time of each input, and alerts out of what fired.
//
// Takes what the events of an input matched, in the input's order; decides by the input's clock which time each event has, whether it is late and where a segment begins;
// holds back what is not decided yet; hands the rest to the Correlator and delivers its firings as alerts.
//
// Order of calls: take() and end() for one input after the other, finish() once. Threads: one at a time. The engine must outlive it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "correlate/correlator.h"
#include "engine.h"
#include "support/for_each.h"
#include "time/input_clock.h"

namespace sigrun {

class CorrelationStage {
 public:
  // Called with alerts whose views live until it returns.
  using Deliver = std::function<void(const Alert&)>;

  CorrelationStage(const Engine& engine, const CorrelatorOptions& options, ForEach for_each, Deliver deliver);
  ~CorrelationStage();

  // The events of a batch of the input at hand. Their occurrences are changed: they get the times that count.
  void take(EventOccurrences& events);
  // The input at hand has no more events; the next take() is of another one.
  void end();
  // No input has. Everything is decided.
  void finish();

  // What is to be saved beside the Correlator's sections: the clock of the input at hand, and what is not decided; and back, before any take().
  // False: it is damaged.
  std::string save() const;
  bool restore(std::string_view saved);
  Correlator& correlator() { return correlator_; }

  const CorrelationCounters& counters() const { return correlator_.counters(); }
  TimeCounters times() const;
  // By level, of correlations' alerts: not those of muted ones.
  const std::array<uint64_t, 6>& alerts_by_level() const { return alerts_by_level_; }

 private:
  // Occurrences of events whose time is not decided, with all that they point to.
  struct Held {
    EventOccurrences events;
    std::deque<std::string> texts;
    size_t count = 0;  // of events
  };

  void save_held(std::string& out) const;
  bool restore_held(std::string_view& saved);
  void pass_on(EventOccurrences& events, size_t first_event);
  void pass_on_some(const EventOccurrences& events, size_t first_event, Held& undecided);
  void correlate(const OccurrenceBatch& batch, int64_t watermark);
  void close_segment();
  void deliver_firings();

  const Engine& engine_;
  Deliver deliver_;
  Correlator correlator_;
  std::vector<std::shared_ptr<const RuleInfo>> rule_of_;  // by SourceId
  std::unique_ptr<InputClock> clock_;                     // of the input at hand
  TimeCounters ended_;                                    // of inputs that have ended
  int64_t watermark_ = no_watermark;
  Held held_;
  std::vector<EventTime> decided_;
  OccurrenceBatch ready_;
  std::vector<Firing> firings_;
  std::array<uint64_t, 6> alerts_by_level_{};
};

}  // namespace sigrun
