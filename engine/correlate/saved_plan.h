// What a saved state says of the correlations that it is of: which they were, and what of it goes over to those of now.
//
// State is kept under what is counted (Correlation::counted). It goes on when titles, levels, thresholds or prose change; it goes on, mixed, when the rules
// change that are counted (Correlation::base); it is dropped when something else is counted, when the correlation is gone, and where the rule says
// `reset: true` and did not when the state was saved.
//
// Mixed: `since` the event time at which rules changed, `until` the last window that may hold an event of before. A correlation over a mixed one is mixed.
//
// Order of calls: restore(), then place_of() and source_of() for what the state holds, then changes(). Threads: one at a time. The plan must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "correlate/correlation_plan.h"
#include "time/saturated.h"

namespace sigrun {

// Of a correlation; not mixed: `until` is `never`.
struct MixedSpan {
  int64_t since = never;
  int64_t until = never;
};

// What became of a correlation's saved state, where it does not just go on.
struct CorrelationChange {
  enum class Kind : uint8_t {
    mixed,         // the rules that it counts have changed
    still_mixed,   // they had, before an earlier run
    reset,         // its rule asked for it
    other_counts,  // another timespan, group-by, field, type or list of rules
    gone,          // no rule has its id
  };
  Kind kind = Kind::mixed;
  std::string rule;     // its identity
  uint64_t groups = 0;  // dropped
  int64_t since = 0;    // mixed
};

// Of each correlation, `groups` and `mixed`.
void save_plan(const CorrelationPlan& plan, const std::vector<uint64_t>& groups,
               const std::vector<MixedSpan>& mixed, std::string& out);

class SavedPlan {
 public:
  static constexpr SourceId no_source = UINT32_MAX;

  explicit SavedPlan(const CorrelationPlan& plan) : plan_(&plan) {}

  // False: damaged.
  bool restore(std::string_view saved);
  // Which correlation goes on with groups saved under `counted`; none: they are dropped.
  std::optional<uint32_t> place_of(std::string_view counted) const;
  // What a saved source is by now; no_source: there is no such rule any more, or nothing counts it.
  SourceId source_of(SourceId saved) const;

  // What goes on mixed, by correlation: `until` as far as earlier runs knew. `known_until`: by correlation, how far what was restored of it
  // reaches; the lowest time: nothing was. `now`: when rules that have changed did.
  std::vector<MixedSpan> mixed(const std::vector<int64_t>& known_until, int64_t now) const;
  // Whether the rules have changed that it counts, since the state was saved.
  bool changed(uint32_t correlation) const;
  // Dropped, then mixed; in the order of the correlations.
  std::vector<CorrelationChange> changes(const std::vector<MixedSpan>& mixed) const;

 private:
  struct Saved {
    std::string counted, identity;
    Identity base;
    bool reset = false;
    uint64_t groups = 0;
    MixedSpan mixed;
    std::optional<uint32_t> place;  // by now
  };

  const CorrelationPlan* plan_;
  std::vector<Saved> saved_;
  std::unordered_map<uint32_t, SourceId> sources_;
};

// A correlation over a mixed one is mixed as far as its own timespan beyond.
void spread_mixed(const CorrelationPlan& plan, std::vector<MixedSpan>& mixed);

}  // namespace sigrun
