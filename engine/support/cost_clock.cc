#include "support/cost_clock.h"

#include <time.h>

#include <chrono>
#include <utility>

namespace sigrun {

CostClock::CostClock() : nanoseconds_per_tick_(measured_nanoseconds_per_tick()) {}

CostClock::CostClock(Nanoseconds elapsed, Nanoseconds computing)
    : elapsed_(std::move(elapsed)), computing_(std::move(computing)) {}

uint64_t CostClock::steady_nanoseconds() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

uint64_t CostClock::computing() const {
  if (computing_) return computing_();
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return static_cast<uint64_t>(spent.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(spent.tv_nsec);
}

// Processors do not say reliably how fast they count. One millisecond tells it to a part in ten thousand.
double CostClock::measured_nanoseconds_per_tick() {
  static const double measured = [] {
    const uint64_t began = steady_nanoseconds(), first = processor_ticks();
    uint64_t ended = began, last = first;
    while (ended - began < 1'000'000) ended = steady_nanoseconds(), last = processor_ticks();
    return last > first ? static_cast<double>(ended - began) / static_cast<double>(last - first) : 1.0;
  }();
  return measured;
}

}  // namespace sigrun
