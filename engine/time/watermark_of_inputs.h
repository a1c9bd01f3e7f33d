// The watermark of operators that several inputs share: the least of the inputs that are active. No event
// before it will come, but for late ones.
//
// An input holds it back from open() to close(): a file by the time at which it begins, even before it is
// read; a live input only from its first event on, so that a silent connection stops nobody.
//
// Segments (InputClock). Operators know one segment at a time. An input that has come to a later one is closed
// until all others that are being read are done, and then opened again, or it is the only one that is read: then the
// owner calls begin_segment(): everything before is final, and the watermark restarts. So a jump back in one file
// cuts no window of another file and makes none of its events late (CorrelationStage). Live inputs have one segment.
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

  // `floor`: a file whose events begin there (first time − lateness; never if that is not known).
  // None: a live input.
  Input open(std::optional<int64_t> floor);
  // What the input's clock says, after a batch of it was handed to the operators, or after
  // InputClock::advance_idle.
  void update(Input input, int64_t watermark);
  // It has ended and no longer counts. open() may give its number to another.
  void close(Input input);

  // The operators go on to the input's next segment, of which nothing has come.
  void begin_segment(Input input);
  // All input has ended: watermark() is forever.
  void finish();

  // Never moves back within a segment.
  int64_t watermark() const { return watermark_; }

 private:
  struct State {
    bool closed = false;
    std::optional<int64_t> watermark;  // none: live, before its first event
  };

  void count(Input input);
  void discount(Input input);
  void settle();

  std::vector<State> inputs_;
  std::vector<Input> free_;                     // closed: connections come and go
  std::set<std::pair<int64_t, Input>> active_;  // by watermark: those that count
  int64_t watermark_ = never;
};

}  // namespace sigrun
