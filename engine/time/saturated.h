// Times and spans at the ends of 64 bits: what stands before and behind every time, and sums that stay there instead of wrapping. Events may
// claim any time, timespans may be years. Everything that counts in event time uses these.
#pragma once

#include <cstdint>
#include <limits>

namespace sigrun {

// Before every time: nothing has come, nothing was. As a watermark: of an input that has not had an event.
inline constexpr int64_t never = std::numeric_limits<int64_t>::min();
// Behind every time: nothing more will come. As a watermark: of an input that has ended.
inline constexpr int64_t forever = std::numeric_limits<int64_t>::max();

inline int64_t saturated_sum(int64_t a, int64_t b) {
  int64_t sum;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b < 0 ? never : forever;
}

inline int64_t saturated_difference(int64_t a, int64_t b) {
  int64_t difference;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return b > 0 ? never : forever;
}

}  // namespace sigrun
