// Takes the time of one rule's evaluation, without the work in it that is done for all rules at once.
//
// Reading the clock twice for each rule would take some per cent of all time: an evaluation is measured only
// where that is asked for.
//
// Order of calls: for each rule begin(), then any number of shared(), then taken(); end_event() behind the last
// rule of an event. Threads: one at a time.
#pragma once

#include <cstdint>
#include <utility>

#include "support/cost_clock.h"

namespace sigrun {

class RuleTimer {
 public:
  explicit RuleTimer(CostClock clock) : clock_(std::move(clock)) {}

  void begin(bool measured) {
    measured_ = measured;
    if (measured) began_ = clock_.now();
  }
  // What was measured since begin(), in ticks.
  uint64_t taken() const {
    const uint64_t now = clock_.now();
    return now > began_ ? now - began_ : 0;
  }
  void end_event() { measured_ = false; }
  // Does work that is not the rule's own: begin() seems that much later.
  template <class Work>
  void shared(Work&& work) {
    if (!measured_) return work();
    const uint64_t from = clock_.now();
    work();
    began_ += clock_.now() - from;
  }

  uint64_t nanoseconds(uint64_t ticks) const { return clock_.nanoseconds(0, ticks); }

 private:
  CostClock clock_;
  uint64_t began_ = 0;
  bool measured_ = false;
};

}  // namespace sigrun
