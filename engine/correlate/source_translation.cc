#include "correlate/source_translation.h"

#include <algorithm>
#include <utility>

namespace sigrun {

SourceTranslation::SourceTranslation(const CorrelationPlan& from, const CorrelationPlan& to)
    : from_(from), to_(to) {
  for (SourceId source = 0; source < to.source_names.size(); ++source)
    if (!to.source_names[source].empty()) named_.emplace(to.source_names[source], source);
}

uint64_t SourceTranslation::translate(OccurrenceBatch& batch) const {
  if (batch.occurrences.empty()) return 0;
  OccurrenceBatch translated;
  translated.places = batch.places;
  uint64_t left_out = 0;
  for (const Occurrence& occurrence : batch.occurrences) {
    const std::string& name = from_.source_names[occurrence.source];
    const auto known = name.empty() ? named_.end() : named_.find(name);
    if (known == named_.end()) {
      ++left_out;
      continue;
    }
    translated.append_bare(occurrence, occurrence.place).source = known->second;
    const auto& fields = from_.captured[occurrence.source];
    for (const std::string& field : to_.captured[known->second]) {
      const auto captured = std::find(fields.begin(), fields.end(), field);
      if (captured == fields.end())
        translated.add_field();
      else
        translated.append_field(batch, occurrence, static_cast<size_t>(captured - fields.begin()));
    }
  }
  batch = std::move(translated);
  return left_out;
}

}  // namespace sigrun
