// Takes the time of one rule's evaluation, without the work in it that is done for all rules at once, and
// says when it is up.
//
// Reading the clock twice for each rule would take some per cent of all time. An evaluation is measured only
// where that is asked for; otherwise the clock is read only from the first test on that may be slow.
//
// A rule has a budget for each event. A thread may be kept from working for longer than that, by a busy
// machine or a suspended one: so only half of the budget is taken by the clock; when that is gone, the other
// half is what the thread spends on the processor. A rule that was kept waiting is not stopped for it.
//
// Order of calls: start_event() for an event; for each rule begin(), then any number of shared() and is_up(),
// then taken() and stopped(); end_event(). Before the first begin() and after end_event() time is never up.
// Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "support/cost_clock.h"
#include "support/limits.h"

namespace sigrun {

class RuleTimer {
 public:
  RuleTimer(CostClock clock, const Limits& limits);

  // A rule may take longer on a larger event.
  void start_event(size_t bytes) {
    half_ticks_ = half_ticks_of_one_ * ((bytes >> 20) + 1);
    end_event();
  }
  void begin(bool measured) {
    stopped_ = false;
    measured_ = measured;
    deadline_ = unset;
    if (measured) began_ = clock_.now();
  }
  // What was measured since begin(), in ticks.
  uint64_t taken() const {
    const uint64_t now = clock_.now();
    return now > began_ ? now - began_ : 0;
  }
  void end_event() {
    deadline_ = never;
    measured_ = stopped_ = false;
  }
  // Does work that is not the rule's own: begin() and the deadline seem that much later.
  template <class Work>
  void shared(Work&& work) {
    if (!measured_ && (deadline_ == unset || deadline_ == never)) return work();
    const uint64_t from = clock_.now(), computing = watched_ ? clock_.computing() : 0;
    work();
    put_off(clock_.now() - from, watched_ ? clock_.computing() - computing : 0);
  }

  // Whether the budget is gone. Then it stays so until the next begin(), and the rule's result is unknown.
  bool is_up() {
    if (stopped_ || deadline_ == never) return stopped_;
    const uint64_t now = clock_.now();
    return now >= deadline_ && must_stop(now);
  }
  bool stopped() const { return stopped_; }

  uint64_t nanoseconds(uint64_t ticks) const { return clock_.nanoseconds(0, ticks); }

 private:
  static constexpr uint64_t never = UINT64_MAX, unset = 0;  // deadlines; unset: it is from now on

  bool must_stop(uint64_t now);
  void put_off(uint64_t ticks, uint64_t computed);

  CostClock clock_;
  uint64_t half_ticks_of_one_;  // half of the budget for an event of less than a MiB; 0: there is no budget
  uint64_t half_ticks_ = 0;
  uint64_t began_ = 0, deadline_ = never;
  bool measured_ = false;
  bool stopped_ = false;
  bool watched_ = false;    // the first half is gone
  uint64_t computing_ = 0;  // of the thread, when it was
};

}  // namespace sigrun
