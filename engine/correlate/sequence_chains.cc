#include "correlate/sequence_chains.h"

#include <algorithm>
#include <limits>

namespace sigrun {
namespace {
constexpr int64_t not_begun = std::numeric_limits<int64_t>::min();
}

size_t SequenceChains::places(const Sequences& sequences) {
  size_t places = 0;
  for (const Correlation::Sequence& sequence : sequences) places += sequence.inputs.size();
  return places;
}

void SequenceChains::reset() const { std::fill_n(begun_, places(sequences_), not_begun); }

bool SequenceChains::carry_over(int64_t time, uint64_t input) const {
  int64_t* begun = begun_;
  bool changed = false;
  for (const Correlation::Sequence& sequence : sequences_) {
    for (size_t place = sequence.inputs.size(); place-- > 0;) {
      if (sequence.inputs[place] != input) continue;
      const int64_t from = place == 0 ? time : begun[place - 1];
      if (from <= begun[place]) continue;
      begun[place] = from;
      changed = true;
    }
    begun += sequence.inputs.size();
  }
  return changed;
}

bool SequenceChains::complete(size_t i, int64_t from) const {
  const int64_t* begun = begun_;
  for (size_t before = 0; before < i; ++before) begun += sequences_[before].inputs.size();
  const size_t length = sequences_[i].inputs.size();
  return length == 0 || (begun[length - 1] != not_begun && begun[length - 1] >= from);
}

}  // namespace sigrun
