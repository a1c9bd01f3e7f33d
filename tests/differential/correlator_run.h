// A Correlator fed with the events of a test, batch by batch.
//
// Order of calls: arrive() for each event in the order of arrival, end_batch() now and then, close(). One thread; the Correlator may use more.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "correlate/correlator.h"
#include "differential/naive_correlator.h"

namespace sigrun::differential {

// What fired, and what was known then.
struct Fired {
  Firing firing;
  size_t correlation = 0;  // place in the rule set
  size_t arrived = 0;      // so many events had
  int64_t watermark = 0;   // after the batch
};

class CorrelatorRun {
 public:
  struct Settings {
    int64_t lateness = 0;
    CorrelatorOptions options;
    Limits limits;
    ForEach for_each;
  };

  // The rules must outlive it.
  CorrelatorRun(const sigma::RuleSet& rules, Settings settings);

  void arrive(const naive::RuleEvent& event);
  void end_batch();
  void close();
  // After close(): what fired and how much arrived; the Correlator is the same.
  void forget();

  // Marks this moment; the state as it is now comes in sections with the batches that follow and the next call of saved().
  void begin_save();
  const std::vector<std::string>& saved();
  // Instead of what came before the save: its state, and where it stood. False: a section is refused.
  bool restore(const std::vector<std::string>& sections, const CorrelatorRun& from);

  const std::vector<Fired>& fired() const { return fired_; }
  CorrelationCounters counters() const { return correlator_->counters(); }
  int64_t watermark() const { return watermark_; }
  size_t arrived() const { return arrived_; }

 private:
  void note(const std::vector<Firing>& firings);

  Settings settings_;
  CorrelationPlan plan_;
  std::unique_ptr<Correlator> correlator_;
  OccurrenceBatch batch_;
  int64_t newest_ = INT64_MIN, watermark_ = INT64_MIN;
  size_t arrived_ = 0;
  std::vector<Fired> fired_;
  std::vector<std::string> sections_;
  size_t arrived_then_ = 0;
  int64_t newest_then_ = INT64_MIN;
};

// All at once, backwards; and in several threads, in an order that nobody knows.
void backwards(size_t count, const std::function<void(size_t)>& visit);
void in_threads(size_t count, const std::function<void(size_t)>& visit);

// All that a firing says; or without its sample of events and what else depends on the room that a log happens to have.
std::string to_text(const Firing& firing, bool evidence = true);

}  // namespace sigrun::differential
