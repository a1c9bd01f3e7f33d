// temporal: rules seen within the window, in any order. The aggregate is the last time of each input.
#include "correlate/sliding_condition.h"
#include "support/saved_bytes.h"

namespace sigrun {
namespace {

class Temporal : public SlidingCondition {
 public:
  using SlidingCondition::SlidingCondition;
  size_t aggregate_bytes() const override { return correlation_.inputs.size() * sizeof(int64_t); }

  void reset(const Group& group) const override {
    std::fill_n(group.aggregate<int64_t>(), correlation_.inputs.size(), never);
  }
  void add(const Group& group, size_t i) const override {
    int64_t& last = group.aggregate<int64_t>()[group.payload(i)];
    last = std::max(last, group.time(i));
  }
  void add_late(const Group& group, size_t i) const override { add(group, i); }

  bool holds(const Group& group, size_t i) const override {
    const int64_t from = window_of(group.time(i));
    const int64_t* last = group.aggregate<int64_t>();
    return decide([&](uint32_t input) { return last[input] != never && last[input] >= from; });
  }

  double value(const Group& group, size_t first, size_t last) const override {
    std::vector<bool> seen(correlation_.inputs.size());
    for (size_t i = first; i <= last; ++i) seen[group.payload(i)] = true;
    return static_cast<double>(std::count(seen.begin(), seen.end(), true));
  }

  void save(const Group& group, std::string& out) const override {
    for (size_t i = 0; i < correlation_.inputs.size(); ++i) append_bytes(out, group.aggregate<int64_t>()[i]);
  }
  bool restore(const Group& group, std::string_view saved) const override {
    for (size_t i = 0; i < correlation_.inputs.size(); ++i)
      if (!take_bytes(saved, group.aggregate<int64_t>()[i])) return false;
    return saved.empty();
  }

 private:
  template <class Seen>
  bool decide(Seen&& seen) const {
    if (!correlation_.expression.steps.empty()) return correlation_.expression.is_true(seen);
    size_t count = 0;
    for (uint32_t input = 0; input < correlation_.inputs.size(); ++input) count += seen(input);
    return count > 0 && satisfies(static_cast<double>(count));
  }
};

}  // namespace

std::unique_ptr<SlidingCondition> make_temporal(const Correlation& correlation) {
  return std::make_unique<Temporal>(correlation);
}

}  // namespace sigrun
