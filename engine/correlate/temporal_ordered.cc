// temporal_ordered: rules seen within the window in their order; equal times satisfy it (sequence_chains.h).
#include "correlate/sequence_chains.h"
#include "correlate/sliding_condition.h"
#include "support/saved_bytes.h"

namespace sigrun {
namespace {

class TemporalOrdered : public SlidingCondition {
 public:
  explicit TemporalOrdered(const Correlation& correlation)
      : SlidingCondition(correlation), places_(SequenceChains::places(correlation.sequences)) {}
  size_t aggregate_bytes() const override { return places_ * sizeof(int64_t); }
  void reset(const Group& group) const override { chains(group).reset(); }
  void add(const Group& group, size_t i) const override {
    size_t first = i;
    while (first > 0 && group.time(first - 1) == group.time(i)) --first;
    chains(group).add(group.time(i), i + 1 - first, [&](size_t at) { return group.payload(first + at); });
  }
  bool holds(const Group& group, size_t i) const override {
    for (size_t sequence = 0; sequence < correlation_.sequences.size(); ++sequence)
      if (chains(group).complete(sequence, window_of(group.time(i)))) return true;
    return false;
  }
  double value(const Group& group, size_t first, size_t last) const override {
    std::vector<bool> seen(correlation_.inputs.size());
    for (size_t i = first; i <= last; ++i) seen[group.payload(i)] = true;
    return static_cast<double>(std::count(seen.begin(), seen.end(), true));
  }

  void save(const Group& group, std::string& out) const override {
    for (size_t i = 0; i < places_; ++i) append_bytes(out, group.aggregate<int64_t>()[i]);
  }
  bool restore(const Group& group, std::string_view saved) const override {
    for (size_t i = 0; i < places_; ++i)
      if (!take_bytes(saved, group.aggregate<int64_t>()[i])) return false;
    return saved.empty();
  }

 private:
  SequenceChains chains(const Group& group) const {
    return {correlation_.sequences, group.aggregate<int64_t>()};
  }
  size_t places_;
};

}  // namespace

std::unique_ptr<SlidingCondition> make_temporal_ordered(const Correlation& correlation) {
  return std::make_unique<TemporalOrdered>(correlation);
}

}  // namespace sigrun
