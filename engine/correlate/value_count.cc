// value_count: so many distinct values of a field. Exact for whether there are enough; the number that alerts tell is exact up to the threshold
// (64 at least) and estimated beyond it (sketches/sliding_distinct.h).
#include <memory>
#include <unordered_set>

#include "correlate/sliding_condition.h"
#include "sketches/sliding_distinct.h"

namespace sigrun {
namespace {

class ValueCount : public SlidingCondition {
 public:
  using SlidingCondition::SlidingCondition;
  size_t aggregate_bytes() const override { return sizeof(SlidingDistinct*); }

  void reset(const Group& group) const override {
    SlidingDistinct*& distinct = held(group);
    if (distinct) return distinct->clear();
    const uint64_t exact = std::min<uint64_t>(correlation_.least, UINT32_MAX);
    distinct =
        std::make_unique<SlidingDistinct>(SlidingDistinct::Shape{timespan_, static_cast<uint32_t>(exact), 10})
            .release();
  }
  void release(const Group& group) const override {
    std::unique_ptr<SlidingDistinct>(held(group)).reset();
    held(group) = nullptr;
  }
  void add(const Group& group, size_t i) const override { held(group)->add(group.time(i), hash(group, i)); }
  void add_late(const Group& group, size_t i) const override { add(group, i); }

  bool holds(const Group& group, size_t i) const override {
    return held(group)->at_least(correlation_.least, group.time(i), timespan_);
  }
  double value(const Group& group, size_t first, size_t last) const override {
    // At the newest entry the sketch knows even of what the log has let go of.
    if (last + 1 == group.count() && group.head().cut)
      return static_cast<double>(held(group)->count(group.time(last), timespan_).values);
    std::unordered_set<uint64_t> values;
    for (size_t i = first; i <= last; ++i) values.insert(hash(group, i));
    return static_cast<double>(values.size());
  }
  uint64_t events(const Group& group, size_t first, size_t last) const override {
    uint64_t events = 0;
    for (size_t i = first; i <= last; ++i) events += (group.payload(i) & another_value) == 0;
    return events;
  }
  // The sketch knows of values that the log has let go of.
  void save(const Group& group, std::string& out) const override {
    if (group.head().cut) held(group)->save(out);
  }
  bool restore(const Group& group, std::string_view saved) const override {
    return saved.empty() || held(group)->restore(saved);
  }
  size_t bytes(const Group& group) const override {
    return held(group) ? sizeof(SlidingDistinct) + held(group)->bytes() : 0;
  }

 private:
  static uint64_t hash(const Group& group, size_t i) { return group.payload(i) & ~another_value; }
  static SlidingDistinct*& held(const Group& group) { return *group.aggregate<SlidingDistinct*>(); }
};

}  // namespace

std::unique_ptr<SlidingCondition> make_value_count(const Correlation& correlation) {
  return std::make_unique<ValueCount>(correlation);
}

}  // namespace sigrun
