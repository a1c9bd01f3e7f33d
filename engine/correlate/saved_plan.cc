#include "correlate/saved_plan.h"

#include <algorithm>
#include <utility>

#include "support/saved_bytes.h"

namespace sigrun {
void save_plan(const CorrelationPlan& plan, const std::vector<uint64_t>& groups,
               const std::vector<MixedSpan>& mixed, std::string& out) {
  uint32_t sources = 0;
  std::string names;
  for (SourceId source = 0; source < plan.source_names.size(); ++source) {
    if (plan.source_names[source].empty()) continue;
    append_bytes(names, source);
    append_text(names, plan.source_names[source]);
    ++sources;
  }
  append_bytes(out, sources);
  out += names;
  for (size_t i = 0; i < plan.correlations.size(); ++i) {
    const Correlation& correlation = plan.correlations[i];
    append_text(out, correlation.counted);
    append_text(out, correlation.identity);
    append_bytes(out, correlation.base.high);
    append_bytes(out, correlation.base.low);
    append_bytes(out, static_cast<uint8_t>(correlation.reset));
    append_bytes(out, groups[i]);
    append_bytes(out, mixed[i].since);
    append_bytes(out, mixed[i].until);
  }
}

bool SavedPlan::restore(std::string_view saved) {
  uint32_t sources;
  if (!take_bytes(saved, sources) || sources > saved.size()) return false;
  std::unordered_map<std::string_view, SourceId> named;
  for (SourceId source = 0; source < plan_->source_names.size(); ++source)
    if (!plan_->source_names[source].empty()) named.emplace(plan_->source_names[source], source);
  for (uint32_t i = 0; i < sources; ++i) {
    SourceId source;
    std::string_view name;
    if (!take_bytes(saved, source) || !take_text(saved, name)) return false;
    const auto known = named.find(name);
    if (!sources_.emplace(source, known == named.end() ? no_source : known->second).second) return false;
  }
  std::unordered_map<std::string_view, uint32_t> places;
  for (uint32_t i = 0; i < plan_->correlations.size(); ++i) places.emplace(plan_->correlations[i].counted, i);
  while (!saved.empty()) {
    Saved& one = saved_.emplace_back();
    std::string_view counted, identity;
    uint8_t reset;
    if (!take_text(saved, counted) || !take_text(saved, identity) || !take_bytes(saved, one.base.high) ||
        !take_bytes(saved, one.base.low) || !take_bytes(saved, reset) || !take_bytes(saved, one.groups) ||
        !take_bytes(saved, one.mixed.since) || !take_bytes(saved, one.mixed.until) || reset > 1)
      return false;
    one.counted = counted;
    one.identity = identity;
    one.reset = reset != 0;
    // Each goes to one, and each of now takes one.
    if (const auto known = places.find(counted); known != places.end()) {
      one.place = known->second;
      places.erase(known);
    }
  }
  return true;
}

std::optional<uint32_t> SavedPlan::place_of(std::string_view counted) const {
  const auto one =
      std::find_if(saved_.begin(), saved_.end(), [&](const Saved& of) { return of.counted == counted; });
  if (one == saved_.end() || !one->place) return {};
  if (plan_->correlations[*one->place].reset && !one->reset) return {};
  return one->place;
}

SourceId SavedPlan::source_of(SourceId saved) const {
  const auto known = sources_.find(saved);
  return known == sources_.end() ? no_source : known->second;
}

bool SavedPlan::changed(uint32_t correlation) const {
  return std::any_of(saved_.begin(), saved_.end(), [&](const Saved& one) {
    return one.place == correlation && one.base != plan_->correlations[correlation].base;
  });
}

std::vector<MixedSpan> SavedPlan::mixed(const std::vector<int64_t>& known_until, int64_t now) const {
  std::vector<MixedSpan> mixed(plan_->correlations.size());
  for (const Saved& one : saved_) {
    if (!one.place || !place_of(one.counted)) continue;
    MixedSpan& span = mixed[*one.place];
    // Every group of now existed when the rules changed; of an earlier change, those of then.
    if (one.mixed.until != never) span = one.mixed;
    if (one.base == plan_->correlations[*one.place].base || known_until[*one.place] == never) continue;
    if (span.until == never) span.since = now;
    span.until = std::max(span.until, known_until[*one.place]);
  }
  spread_mixed(*plan_, mixed);
  return mixed;
}

void spread_mixed(const CorrelationPlan& plan, std::vector<MixedSpan>& mixed) {
  // Those below come first.
  for (size_t i = 0; i < plan.correlations.size(); ++i) {
    const Correlation& correlation = plan.correlations[i];
    for (const CorrelationInput& input : correlation.inputs)
      for (SourceId source : input.sources) {
        if (source < plan.detections) continue;
        const MixedSpan& below = mixed[source - plan.detections];
        if (below.until == never) continue;
        MixedSpan& above = mixed[i];
        above.since = above.until == never ? below.since : std::min(above.since, below.since);
        above.until = std::max(above.until, saturated_sum(below.until, correlation.timespan));
      }
  }
}

std::vector<CorrelationChange> SavedPlan::changes(const std::vector<MixedSpan>& mixed) const {
  using Kind = CorrelationChange::Kind;
  std::vector<CorrelationChange> changes;
  std::vector<bool> was_mixed(mixed.size());
  for (const Saved& one : saved_) {
    if (one.place && place_of(one.counted)) {
      was_mixed[*one.place] = one.mixed.until != never && !changed(*one.place);
      continue;
    }
    const auto bearer =
        std::find_if(plan_->correlations.begin(), plan_->correlations.end(),
                     [&](const Correlation& correlation) { return correlation.identity == one.identity; });
    const Kind kind = one.place                             ? Kind::reset
                      : bearer != plan_->correlations.end() ? Kind::other_counts
                                                            : Kind::gone;
    if (one.groups > 0 || kind == Kind::reset) changes.push_back({kind, one.identity, one.groups, 0});
  }
  for (size_t i = 0; i < mixed.size(); ++i)
    if (mixed[i].until != never)
      changes.push_back({was_mixed[i] ? Kind::still_mixed : Kind::mixed, plan_->correlations[i].identity, 0,
                         mixed[i].since});
  return changes;
}

}  // namespace sigrun
