// How far the sequences of a temporal_ordered have come.
//
// For each place of each sequence: the latest time at which a chain of events up to that place may have begun. An event of the place's rule
// carries over what the place before holds; a sequence is complete within a window if its last place's chain began in it.
// Events of one time may stand in any order: those of a clump are carried over until nothing changes.
// A view of the caller's numbers. Threads: one at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "correlate/correlation_plan.h"

namespace sigrun {

class SequenceChains {
 public:
  using Sequences = std::vector<Correlation::Sequence>;
  static size_t places(const Sequences& sequences);

  // `begun`: places() times.
  SequenceChains(const Sequences& sequences, int64_t* begun) : sequences_(sequences), begun_(begun) {}
  void reset() const;
  // Events of one time, told in the order of time: the clump may have been told already without its last ones. `input(i)` for i below `count`.
  template <class Input>
  void add(int64_t time, size_t count, Input&& input) const {
    bool changed = true;
    while (changed) {
      changed = false;
      for (size_t i = 0; i < count; ++i) changed = carry_over(time, input(i)) || changed;
      if (count == 1) return;
    }
  }
  // Whether sequence `i` is complete in a window that begins at `from`.
  bool complete(size_t i, int64_t from) const;

 private:
  bool carry_over(int64_t time, uint64_t input) const;
  const Sequences& sequences_;
  int64_t* begun_;
};

}  // namespace sigrun
