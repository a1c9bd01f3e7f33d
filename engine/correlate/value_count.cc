// value_count: so many distinct values of a field. Exact for whether there are enough; the number that alerts tell is exact up to the threshold
// (64 at least) and estimated beyond it (sketches/sliding_distinct.h).
//
// Most groups never see as many events as the condition asks for values, or see a handful: those have no sketch, and their log is gone through where it must.
#include <memory>
#include <new>
#include <unordered_set>
#include <utility>

#include "correlate/sliding_condition.h"
#include "sketches/sliding_distinct.h"

namespace sigrun {
namespace {

class ValueCount : public SlidingCondition {
 public:
  using SlidingCondition::SlidingCondition;
  size_t aggregate_bytes() const override { return sizeof(SlidingDistinct*); }

  void reset(const Group& group) const override {
    if (held(group)) held(group)->clear();
  }
  void release(const Group& group) const override {
    SlidingDistinct* const distinct = std::exchange(held(group), nullptr);
    if (!distinct) return;
    distinct->~SlidingDistinct();
    memory_->deallocate(distinct, sizeof(SlidingDistinct), alignof(SlidingDistinct));
  }
  void add(const Group& group, size_t i) const override {
    if (held(group))
      held(group)->add(group.time(i), hash(group, i));
    else if (window_has(group, i, std::max<uint64_t>(correlation_.least, few + 1)))
      make(group, i + 1);
  }
  void add_late(const Group& group, size_t i) const override {
    if (held(group)) held(group)->add(group.time(i), hash(group, i));
  }
  size_t thin_out(const Group& group) const override {
    if (!held(group)) make(group, group.count());
    return SlidingCondition::thin_out(group);
  }

  bool holds(const Group& group, size_t i) const override {
    if (!held(group)) return window_has(group, i, correlation_.least) && few_hold(group, i);
    return held(group)->at_least(correlation_.least, group.time(i), timespan_);
  }
  double value(const Group& group, size_t first, size_t last) const override {
    // At the newest entry the sketch knows even of what the log has let go of.
    if (last + 1 == group.count() && group.head().cut && held(group))
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
    if (group.head().cut && held(group)) held(group)->save(out);
  }
  bool restore(const Group& group, std::string_view saved) const override {
    if (saved.empty()) return true;
    if (!held(group)) make(group, 0);
    return held(group)->restore(saved);
  }

 private:
  // So many entries are gone through faster than a sketch is kept.
  static constexpr size_t few = 32;

  // The sketch of the first entries of the log.
  void make(const Group& group, size_t entries) const {
    const uint64_t exact = std::min<uint64_t>(correlation_.least, UINT32_MAX);
    void* const room = memory_->allocate(sizeof(SlidingDistinct), alignof(SlidingDistinct));
    held(group) = new (room)
        SlidingDistinct(SlidingDistinct::Shape{timespan_, static_cast<uint32_t>(exact), 10}, memory_);
    for (size_t i = 0; i < entries; ++i) held(group)->add(group.time(i), hash(group, i));
  }

  // Whether the window that ends at entry `i` has so many entries.
  bool window_has(const Group& group, size_t i, uint64_t entries) const {
    return i + 1 >= entries && group.time(i + 1 - entries) >= group.time(i) - timespan_;
  }

  bool few_hold(const Group& group, size_t i) const {
    const int64_t from = group.time(i) - timespan_;
    uint64_t values = 0;
    for (size_t at = i + 1; at-- > 0 && group.time(at) >= from && values < correlation_.least;) {
      size_t same = at + 1;
      while (same <= i && hash(group, same) != hash(group, at)) ++same;
      values += same > i;
    }
    return values >= correlation_.least;
  }

  static uint64_t hash(const Group& group, size_t i) { return group.payload(i) & ~another_value; }
  static SlidingDistinct*& held(const Group& group) { return *group.aggregate<SlidingDistinct*>(); }
};

}  // namespace

std::unique_ptr<SlidingCondition> make_value_count(const Correlation& correlation) {
  return std::make_unique<ValueCount>(correlation);
}

}  // namespace sigrun
