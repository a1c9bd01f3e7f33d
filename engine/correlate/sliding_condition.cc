#include "correlate/sliding_condition.h"

namespace sigrun {

size_t SlidingCondition::thin_out(const Group& group) const {
  const size_t entries = std::max<size_t>(1, group.count() / 4);
  leave(group, entries);
  group.drop_front(entries);
  group.head().cut = true;
  return entries;
}

std::unique_ptr<SlidingCondition> make_sliding_condition(const Correlation& correlation) {
  using sigma::CorrelationType;
  switch (correlation.type) {
    case CorrelationType::value_count: return make_value_count(correlation);
    case CorrelationType::value_sum: return make_value_sum(correlation);
    case CorrelationType::temporal: return make_temporal(correlation);
    case CorrelationType::temporal_ordered: return make_temporal_ordered(correlation);
    default: return make_event_count(correlation);
  }
}

}  // namespace sigrun
