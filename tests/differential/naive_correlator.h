// A second, deliberately naive reading of correlation rules: the canonical alerts of a whole stream, by brute force.
//
// Written from docs/decisions/2026-11-23-correlating.md and the rule language's description alone; shares no code with
// engine/correlate. All events are held in a list, every window is gathered anew by looking at all of them, nothing is
// forgotten, and the order in which events arrive plays no part. To be compared with the Correlator.
//
// Threads: a NaiveCorrelator never changes once made. Lifetimes: it owns what it needs.
// It does not do: matching, muting, evidence, alert ids, bytes of state, lateness, sketches (all numbers are exact).
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sigma/rule_set.h"

namespace sigrun::naive {

// One event that one detection rule matched.
struct RuleEvent {
  size_t rule = 0;   // place among the detections
  int64_t time = 0;  // nanoseconds
  std::map<std::string, std::vector<std::string>>
      fields;  // no values, or no entry: absent; several: an array
};

using Key = std::vector<std::string>;  // in the order of group-by

// What one event is to one group of one correlation.
struct Entry {
  size_t event = 0;  // its place in the list; alerts of other correlations stand behind the events
  int64_t time = 0;
  std::set<size_t> inputs;                    // of the correlation's `rules`
  std::set<std::vector<std::string>> values;  // of `field`, for value_count
  std::vector<double> numbers;                // of `field`, for the other value types
};
using Groups = std::map<Key, std::vector<Entry>>;

// How many events did what; an event counts once for each correlation and each of its `rules` that it matches.
struct Outcomes {
  uint64_t entered = 0;  // each of its groups counted
  uint64_t without_group = 0, without_value = 0, not_numeric = 0;
};

struct CanonicalAlert {
  size_t correlation = 0;
  Key group;
  int64_t time = 0;  // the window's end
  int64_t from = 0;  // its first event; a closed window's begin
  double value = 0;
  uint64_t events = 0;
};

struct Window {
  bool holds = false;
  double value = 0;
  uint64_t events = 0;
  int64_t first = 0;  // time of its first event
};

class NaiveCorrelator {
 public:
  // Linked rules: references resolve, without cycles.
  explicit NaiveCorrelator(const sigma::RuleSet& rules);

  size_t correlations() const { return rules_.size(); }
  const sigma::CorrelationRule& rule(size_t correlation) const { return rules_[correlation]; }
  int64_t timespan(size_t correlation) const;
  // Decided on arrival, not in closed windows.
  bool on_arrival(size_t correlation) const;
  // 0: refers to detections only; otherwise above all correlations that it refers to.
  size_t level(size_t correlation) const;
  // Places of the correlations and of the detections that it refers to.
  std::set<size_t> correlations_below(size_t correlation) const;
  std::set<size_t> detections_below(size_t correlation) const;

  // By time and key, for all correlations in turn; alerts of the correlations below are events of those above.
  std::vector<CanonicalAlert> alerts(const std::vector<RuleEvent>& events) const;

  // The same, step by step, for one correlation. `below`: alerts of other correlations.
  Groups groups(size_t correlation, const std::vector<RuleEvent>& events,
                const std::vector<CanonicalAlert>& below, Outcomes* outcomes = nullptr) const;
  std::vector<CanonicalAlert> alerts_of_group(size_t correlation, const Key& key,
                                              const std::vector<Entry>& entries) const;
  // The entries with times in [from, to], both included.
  Window window(size_t correlation, const std::vector<Entry>& entries, int64_t from, int64_t to) const;

 private:
  // The inputs of a correlation that an event of a detection, or an alert of a correlation, is.
  std::set<size_t> inputs_of(size_t correlation, const sigma::RuleHeader& header) const;
  void enter(size_t correlation, const std::set<size_t>& inputs, size_t event, int64_t time,
             const std::map<std::string, std::vector<std::string>>& fields, Groups& groups,
             Outcomes& outcomes) const;

  std::vector<sigma::RuleHeader> detections_;
  std::vector<sigma::CorrelationRule> rules_;
};

}  // namespace sigrun::naive
