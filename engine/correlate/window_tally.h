// What the events of one closed window come to.
//
// Told of the window's events in the order of time (those of one time in any), then asked. Exact for as many events as it is made for; beyond that, distinct values and
// quantiles are sketches' (sketches/) and everything else stays exact. Threads: one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/correlation_plan.h"
#include "sketches/quantile_sketch.h"
#include "sketches/sliding_distinct.h"

namespace sigrun {

class WindowTally {
 public:
  // `from`: where the window begins. `exact`: so many events are counted without estimates.
  WindowTally(const Correlation& correlation, int64_t from, size_t exact);

  void add(int64_t time, uint64_t payload);

  int64_t from() const { return from_; }
  int64_t to() const { return to_; }
  uint64_t events() const { return events_; }
  // What is compared.
  double value();
  bool holds();
  size_t bytes() const;

  // Appends the state; takes one that save() wrote for the same correlation. False: `saved` is no such state, and nothing may be asked of the tally.
  void save(std::string& out) const;
  bool restore(std::string_view saved);

 private:
  bool in_order() const;

  const Correlation* correlation_;
  int64_t from_, to_;
  uint64_t events_ = 0;
  double sum_ = 0, lost_ = 0;  // lost_: what rounding took from the sum (Neumaier 1974)
  std::optional<SlidingDistinct> distinct_;
  std::optional<QuantileSketch> quantiles_;
  std::vector<bool> seen_;       // by input
  std::vector<int64_t> chains_;  // of SequenceChains
  std::vector<uint64_t> clump_;  // inputs of the newest time
  int64_t clump_time_ = 0;
};

}  // namespace sigrun
