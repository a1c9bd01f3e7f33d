// What correlations have counted beside alerts: nothing that is left out, dropped or cut goes unsaid. A plain value.
#pragma once

#include <cstdint>

namespace sigrun {

struct CorrelationCounters {
  uint64_t occurrences = 0;  // that entered a correlation, each of its groups counted
  uint64_t firings = 0;
  uint64_t without_group = 0;  // left out: a group-by field was absent
  uint64_t without_value = 0;  // left out: `field` was absent
  uint64_t values_not_numeric = 0;
  uint64_t values_cut = 0;       // in sums and averages: taken for largest_summand
  uint64_t values_not_read = 0;  // left out: nothing that the analytic can use, as an address without a place
  uint64_t negative_values = 0;  // in sums that are decided on arrival
  uint64_t groups_beyond_limit =
      0;                        // combinations of array elements over Limits::correlation_groups_of_event
  uint64_t late = 0;            // left out: older than what the key's log covers
  uint64_t settled_early = 0;   // entries that a full log let go of before the watermark
  uint64_t evidence_named = 0;  // events whose text was not kept, as it would not have lasted
  uint64_t evicted = 0;         // groups dropped for their bytes
  uint64_t expired = 0;         // groups that no window can hold any more
  uint64_t groups_made = 0;
  uint64_t shadowed = 0;  // findings of analytics that run in the shadow: no alerts
  uint64_t not_restored = 0;  // saved groups that no correlation of now goes on with
  uint64_t groups = 0;        // alive
  uint64_t bytes = 0;         // of all of them, tables included
  bool operator==(const CorrelationCounters&) const = default;
  // All but what is alive: that is of a moment.
  void add(const CorrelationCounters& other);
};

}  // namespace sigrun
