#include "match/rule_timer.h"

namespace sigrun {

RuleTimer::RuleTimer(CostClock clock, const Limits& limits)
    : clock_(std::move(clock)), half_ticks_of_one_(clock_.ticks(limits.rule_budget_microseconds * 500)) {
  start_event(0);
}

// The deadline has passed: there was none yet, or half of the budget is gone, or all of it.
bool RuleTimer::must_stop(uint64_t now) {
  if (half_ticks_ == 0) {
    deadline_ = never;
    return false;
  }
  if (deadline_ == unset) {
    watched_ = false;
    deadline_ = (measured_ ? began_ : now) + half_ticks_;
    if (now < deadline_) return false;
  }
  const uint64_t computing = clock_.computing();
  if (!watched_) {
    watched_ = true;
    computing_ = computing;
  }
  const uint64_t computed = clock_.ticks(computing - computing_);
  stopped_ = computed >= half_ticks_;
  if (!stopped_) deadline_ = now + (half_ticks_ - computed);
  return stopped_;
}

void RuleTimer::put_off(uint64_t ticks, uint64_t computed) {
  began_ += ticks;
  computing_ += computed;
  if (deadline_ != unset && deadline_ != never) deadline_ += ticks;
}

}  // namespace sigrun
