// value_sum: the sum of a field's numbers. A running sum of the window that ends at the newest entry; entries that slide out are taken off, and the sum
// is made anew from the log as often as it was taken from, so that rounding does not pile up.
//
// A full log is thinned out as in exponential histograms (Datar, Gionis, Indyk, Motwani, "Maintaining Stream Statistics over Sliding Windows", 2002): pairs of
// neighbours in its older half become one entry at the later one's time. A sum may then be too high by the first entry of the window: with n entries in the log, about its 1/n-th.
#include "correlate/sliding_condition.h"

namespace sigrun {
namespace {

struct Running {
  double sum;
  uint32_t first;      // of the log: the window's first entry
  uint32_t taken_off;  // entries, since the sum was made anew
};

class ValueSum : public SlidingCondition {
 public:
  using SlidingCondition::SlidingCondition;
  size_t aggregate_bytes() const override { return sizeof(Running); }

  void reset(const Group& group) const override { *group.aggregate<Running>() = {}; }

  void add(const Group& group, size_t i) const override {
    Running& running = *group.aggregate<Running>();
    running.sum += group.number(i);
    while (group.time(running.first) < window_of(group.time(i))) {
      running.sum -= group.number(running.first++);
      ++running.taken_off;
    }
    if (running.taken_off > i - running.first + 16) make_anew(group, running, i);
  }

  void add_late(const Group& group, size_t i) const override {
    Running& running = *group.aggregate<Running>();
    if (group.time(i) >= window_of(group.newest())) {
      running.sum += group.number(i);
      running.first = std::min(running.first, static_cast<uint32_t>(i));
    } else {
      ++running.first;
    }
  }

  void leave(const Group& group, size_t entries) const override {
    Running& running = *group.aggregate<Running>();
    // Of a window's own entries only thin_out() takes any.
    while (running.first < entries) running.sum -= group.number(running.first++);
    running.first -= static_cast<uint32_t>(entries);
  }

  size_t thin_out(const Group& group) const override {
    const size_t before = group.count();
    if (before < 4) return SlidingCondition::thin_out(group);
    group.add_up_pairs(before / 4);
    group.head().cut = true;
    make_anew(group, *group.aggregate<Running>(), group.count() - 1);
    return before - group.count();
  }

  bool holds(const Group& group, size_t) const override { return satisfies(group.aggregate<Running>()->sum); }

  double value(const Group& group, size_t first, size_t last) const override {
    double sum = 0;
    for (size_t i = first; i <= last; ++i) sum += group.number(i);
    return sum;
  }

 private:
  void make_anew(const Group& group, Running& running, size_t i) const {
    running = {0, static_cast<uint32_t>(group.first_from(window_of(group.time(i)))), 0};
    running.sum = value(group, running.first, i);
  }
};

}  // namespace

std::unique_ptr<SlidingCondition> make_value_sum(const Correlation& correlation) {
  return std::make_unique<ValueSum>(correlation);
}

}  // namespace sigrun
