// Which file to read next, so that several files are read by time: k-way, by (time, order of inputs), a batch at
// a time.
//
// Few files (Limits::open_files at most) are all opened at the start. Of more, all are peeked at first
// (opened, their first time read, closed) and opened when their turn comes. When that is while as many as
// allowed are open, those are read on until one ends. Its events are not late by that: WatermarkOfInputs knows
// their first times.
//
// An input that is set apart waits until all others have ended, those included that are opened later; of several the first goes first, to its end. It does not
// count among those that are open.
//
// A batch without time counts as before all others: its events have time 0, or that of an event read already.
// Segments (InputClock) are not its business: a file that has come to a later one is set apart.
//
// Order of calls: next(), do what it says, tell the result by at() or ended(); until done. Threads: one at a
// time. It opens and reads nothing itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "support/limits.h"
#include "time/saturated.h"

namespace sigrun {

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
  };

  TimeMerge(size_t inputs, const Limits& limits);

  Step next();
  // Where the input's next batch begins.
  void at(size_t input, std::optional<int64_t> time);
  // It has no further batch, is unreadable or empty.
  void ended(size_t input);

  // From its next at() on. It must be open.
  void set_apart(size_t input);

 private:
  enum class State : uint8_t { unknown, peeking, peeked, open, done };
  struct Input {
    State state = State::unknown;
    bool apart = false;
  };
  struct Place {
    size_t behind;  // 0: with the others; else set apart: the input's number and 1
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
};

}  // namespace sigrun
