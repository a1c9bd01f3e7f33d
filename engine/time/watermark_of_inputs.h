// The watermark of operators that several inputs share: the least of the inputs that are active. No event
// before it will come, but for late ones.
//
// An input holds it back from open() to close(): a file by the time at which it begins, even before it is
// read; a live input only from its first event on, so that a silent connection stops nobody.
//
// Segments (InputClock). Operators know one segment at a time, numbered from 0. An input that has come to a
// later segment waits, and holds nobody back, until all others are done with the present one; then the owner
// calls begin_segment(): everything before is final, windows close, state is dropped, the watermark restarts.
// So a jump back in one file cuts no window of another file and makes none of its events late, and a file's
// segments meet the other files' segments of the same number only. TimeMerge reads inputs in this order and
// names the segments. Live inputs have one segment.
//
// Order of calls: open() for all files of a scan before the first update(), as a watermark does not move back
// for one that is opened later and begins earlier; live inputs may come and go at any time. Threads: one at a
// time. What it does not do: read, merge or count.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "time/event_time.h"

namespace sigrun {

class WatermarkOfInputs {
 public:
  using Input = size_t;

  // `floor`: a file whose events begin there (first time − lateness; no_watermark if that is not known).
  // None: a live input.
  Input open(std::optional<int64_t> floor);
  // What the input's clock says, after a batch of it was handed to the operators, or after
  // InputClock::advance_idle. `segment`: the one that its next events belong to; an earlier one than before is
  // ignored.
  void update(Input input, uint64_t segment, int64_t watermark);
  // It has ended and no longer counts. open() may give its number to another.
  void close(Input input);

  // The operators go on to a later segment; an earlier one is ignored.
  void begin_segment(uint64_t segment);
  // While no input is active, the wall clock less the lateness moves the watermark: a service between two
  // connections.
  void advance_idle(int64_t watermark);
  // All input has ended: watermark() is final_watermark.
  void finish();

  uint64_t segment() const { return segment_; }
  // Never moves back within a segment.
  int64_t watermark() const { return watermark_; }

 private:
  struct State {
    bool closed = false;
    std::optional<int64_t> watermark;  // none: live, before its first event
    uint64_t segment = 0;
  };

  void count(Input input);
  void discount(Input input);
  void settle();

  std::vector<State> inputs_;
  std::vector<Input> free_;                     // closed: connections come and go
  std::set<std::pair<int64_t, Input>> active_;  // by watermark: those that count in this segment
  std::set<std::pair<uint64_t, Input>> later_;  // by segment: those that have come to a later one
  uint64_t segment_ = 0;
  int64_t watermark_ = no_watermark;
};

}  // namespace sigrun
