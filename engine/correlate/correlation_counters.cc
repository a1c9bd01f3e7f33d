#include "correlate/correlation_counters.h"

namespace sigrun {

void CorrelationCounters::add(const CorrelationCounters& other) {
  occurrences += other.occurrences;
  firings += other.firings;
  without_group += other.without_group;
  without_value += other.without_value;
  values_not_numeric += other.values_not_numeric;
  values_cut += other.values_cut;
  values_not_read += other.values_not_read;
  negative_values += other.negative_values;
  groups_beyond_limit += other.groups_beyond_limit;
  late += other.late;
  settled_early += other.settled_early;
  evidence_named += other.evidence_named;
  evicted += other.evicted;
  expired += other.expired;
  groups_made += other.groups_made;
  shadowed += other.shadowed;
  not_restored += other.not_restored;
}

}  // namespace sigrun
