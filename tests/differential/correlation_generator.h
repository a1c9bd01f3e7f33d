// Random correlations and random streams of events for them.
//
// Few keys and few values, and times that lie on, one nanosecond before and one behind the timespans of the rules, so that every
// boundary is met often. Everything follows from the seed. Rules are written as the lines of correlation_timelines.h: what differs
// can become a timeline as it is.
#pragma once

#include <string>
#include <vector>

#include "differential/naive_correlator.h"
#include "differential/random.h"

namespace sigrun::differential {

struct GeneratedCorrelations {
  std::string rules;
  std::vector<naive::RuleEvent> events;  // in the order of time; those of one time in any
  int64_t longest_timespan = 0;
};

struct CorrelationWishes {
  bool chains = true;
  bool negative_sums = false;  // more events may make such a condition false
  size_t most_events = 60;     // fewer than what sketches begin with
  size_t keys = 3;
  bool only_counts = false;  // event_count, value_count and temporal
  bool dense = false;        // thresholds and values by the hundred, times close together
};

GeneratedCorrelations generate_correlations(Random& random, const CorrelationWishes& wishes);

// In an order in which they may arrive when none is behind the newest one before it by more than `lateness`.
std::vector<naive::RuleEvent> delayed(std::vector<naive::RuleEvent> events, int64_t lateness, Random& random);

}  // namespace sigrun::differential
