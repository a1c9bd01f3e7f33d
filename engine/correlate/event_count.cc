// event_count: so many events. Sorted by time, there are n in the window if the n-th from the end is young enough.
#include "correlate/sliding_condition.h"

namespace sigrun {
namespace {

class EventCount : public SlidingCondition {
 public:
  using SlidingCondition::SlidingCondition;
  bool payloads() const override { return false; }
  size_t entries_needed() const override { return correlation_.least; }
  bool holds(const Group& group, size_t i) const override {
    const size_t least = correlation_.least;
    return i + 1 >= least && group.time(i + 1 - least) >= window_of(group.time(i));
  }
  double value(const Group&, size_t first, size_t last) const override {
    return static_cast<double>(last - first + 1);
  }
};

}  // namespace

std::unique_ptr<SlidingCondition> make_event_count(const Correlation& correlation) {
  return std::make_unique<EventCount>(correlation);
}

}  // namespace sigrun
