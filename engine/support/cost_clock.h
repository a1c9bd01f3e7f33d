// The clock that rules' costs are measured with: the processor's time-stamp counter, which takes a few
// nanoseconds to read.
//
// Tests bring a clock of their own. Values are for differences only, within one thread. Where the counter's
// pace changes with the processor's, as it did before 2008, costs are approximate. Any number of threads,
// unless a given function says otherwise.
#pragma once

#include <cstdint>
#include <functional>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace sigrun {

class CostClock {
 public:
  using Nanoseconds = std::function<uint64_t()>;

  CostClock();
  // `elapsed`: what passes; `computing`: what the calling thread spends on the processor.
  CostClock(Nanoseconds elapsed, Nanoseconds computing);

  // In ticks.
  uint64_t now() const { return elapsed_ ? elapsed_() : processor_ticks(); }
  // A thread that moved to another socket may read an earlier time: nothing passed then.
  uint64_t nanoseconds(uint64_t begin, uint64_t end) const {
    return end > begin ? static_cast<uint64_t>(static_cast<double>(end - begin) * nanoseconds_per_tick_) : 0;
  }
  uint64_t ticks(uint64_t nanoseconds) const {
    return static_cast<uint64_t>(static_cast<double>(nanoseconds) / nanoseconds_per_tick_);
  }
  // Nanoseconds; a system call.
  uint64_t computing() const;

 private:
  static uint64_t steady_nanoseconds();
  static double measured_nanoseconds_per_tick();
  static uint64_t processor_ticks() {
#if defined(__x86_64__)
    return __rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    asm volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return steady_nanoseconds();
#endif
  }

  Nanoseconds elapsed_, computing_;
  double nanoseconds_per_tick_ = 1;
};

}  // namespace sigrun
