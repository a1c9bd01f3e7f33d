// Which file to read next, so that several files are read by time: k-way, by (segment, time, order of
// inputs), a batch at a time.
//
// Few files (Limits::open_files at most) are all opened at the start. Of more, all are peeked at first
// (opened, their first time read, closed) and opened when their turn comes. When that is while as many as
// allowed are open, those are read on until one ends; late_opens() counts such files. Their events are not
// late by that: WatermarkOfInputs knows their first times.
//
// An input in a later segment waits until no other is in an earlier one; a file that is opened after that
// joins the segment that the others have come to. So the numbers of segments that next() gives are the
// operators' and may be greater than the clock's.
//
// An input that is set apart waits until all others have ended, those included that are opened later; of several the first goes first, to its end. It does not
// count among those that are open.
//
// A batch has the time of its earliest event that is on time (earliest_time below) and holds events of one
// segment only: the caller cuts it where a segment starts. A batch without time counts as before all others:
// its events have time 0, or that of an event read already.
//
// Order of calls: next(), do what it says, tell the result by at() or ended(); until done. Threads: one at a
// time. It opens and reads nothing itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <span>
#include <vector>

#include "support/limits.h"
#include "time/event_time.h"

namespace sigrun {

// Of the events on time; none if there are none.
std::optional<int64_t> earliest_time(std::span<const EventTime> events);

class TimeMerge {
 public:
  enum class Action : uint8_t {
    peek,     // open the input, look at its first batch, close it; at() or ended()
    open,     // open it and frame its first batch; at() or ended()
    deliver,  // hand the batch that is at hand to the operators and frame the next one; at() or ended()
    done,
  };
  struct Step {
    Action action = Action::done;
    size_t input = 0;
    uint64_t segment = 0;  // of the operators; of `deliver`
  };

  TimeMerge(size_t inputs, const Limits& limits);

  Step next();
  // Where the input's next batch begins. `segment`: as its own clock counts.
  void at(size_t input, uint64_t segment, std::optional<int64_t> time);
  // It has no further batch, is unreadable or empty.
  void ended(size_t input);

  // From its next at() on. It must be open.
  void set_apart(size_t input);

  // The segment for the operators of what the input's clock calls `segment`.
  uint64_t operators_segment(size_t input, uint64_t segment) const;
  size_t late_opens() const { return late_opens_; }

 private:
  enum class State : uint8_t { unknown, peeking, peeked, open, done };
  struct Input {
    State state = State::unknown;
    uint64_t base = 0;  // the operators' segment when it was opened
    bool apart = false;
  };
  struct Place {
    uint64_t segment;
    int64_t time;
    size_t input;
    auto operator<=>(const Place&) const = default;
  };
  using Places = std::priority_queue<Place, std::vector<Place>, std::greater<>>;

  Step open(size_t input);

  std::vector<Input> inputs_;
  Places open_, closed_;  // those at hand, and those peeked at
  size_t next_unknown_ = 0;
  size_t open_count_ = 0, most_open_;
  uint64_t segment_ = 0;
  Place delivered_{0, no_watermark, 0};  // the furthest
  size_t late_opens_ = 0;
};

}  // namespace sigrun
