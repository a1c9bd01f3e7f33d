// Occurrences that were found by one plan's rules, as those of another: rules were loaded again meanwhile.
//
// Sources go by the names that tell them apart (CorrelationPlan::source_names), as saved state does, captured fields by theirs; a field that was not captured then is
// one that the event does not have. Both plans must outlive it. Threads: any, const.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "correlate/correlation_plan.h"
#include "correlate/occurrence.h"

namespace sigrun {

class SourceTranslation {
 public:
  SourceTranslation(const CorrelationPlan& from, const CorrelationPlan& to);

  // The batch gets the other plan's sources and fields. Occurrences that it counts nowhere are left out; how many.
  uint64_t translate(OccurrenceBatch& batch) const;

 private:
  const CorrelationPlan &from_, &to_;
  std::unordered_map<std::string_view, SourceId> named_;  // of to_
};

}  // namespace sigrun
