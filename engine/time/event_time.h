// What is asked of and said about the time of one event of an input. Plain values; times are nanoseconds
// since 1970 UTC, spans nanoseconds.
#pragma once

#include <cstdint>
#include <optional>

#include "time/saturated.h"

namespace sigrun {

// The watermark will come to an event that is a day ahead, so windows can hold it; one of 2099 would stay in
// them for ever. If all that is ahead were left out, a host whose clock is fast would be in no correlation.
inline constexpr int64_t ahead_in_reach = 86'400'000'000'000;

// As read from the event and from the log source table that recognised it.
struct EventStamp {
  std::optional<int64_t> time;
  int64_t lateness = 120'000'000'000;  // how long after its time it may arrive; below 0 is 0
};

enum class Timing : uint8_t {
  on_time,
  segment_start,  // the first of a new segment, on time in it; everything before it is final
  late,           // before the watermark: enters a window wherever state still covers it
  future,  // an odd time ahead of all others, more than `ahead_in_reach`: moves no watermark, enters no window
  ahead,  // the same within reach: moves no watermark, counts as `future`, but enters windows at its own time
  timeless,  // has no time; goes along with the newest event before it
};
// Every event is a detection all the same.

struct EventTime {
  int64_t time = 0;                  // to use; of `ahead` and `future` the event's own
  int64_t watermark = never;         // of the input, after this event
  Timing timing = Timing::on_time;
};

// Of one input or, added up, of many. An event is in one of the first three at most.
struct TimeCounters {
  uint64_t late = 0, future = 0, timeless = 0;
  uint64_t segments = 0;  // begun by a jump back: an input's first one is not counted

  void add(const TimeCounters& other) {
    late += other.late;
    future += other.future;
    timeless += other.timeless;
    segments += other.segments;
  }
  // What came since these were counted `before`.
  TimeCounters since(const TimeCounters& before) const {
    return {late - before.late, future - before.future, timeless - before.timeless,
            segments - before.segments};
  }
  bool operator==(const TimeCounters&) const = default;
};

}  // namespace sigrun
