#include "sigma/analytic_rule.h"

#include <filesystem>
#include <utility>

namespace sigrun::sigma {
namespace {

// Where a rule says nothing of the spans that alerts and buckets are told apart by.
constexpr uint64_t usual_timespan = 3600;

// The same whenever the rule is loaded again, so that saved state finds it.
std::string name_of_base(const RuleHeader& header) {
  std::string name = "events of ";
  if (!header.id.empty()) return name + header.id;
  if (!header.name.empty()) return name + header.name;
  return name + std::filesystem::path(header.file).stem().string() + ": " + header.title;
}

}  // namespace

AnalyticRule split_analytic_rule(DetectionRule rule, Analytic analytic) {
  AnalyticRule split;
  CorrelationRule& narrowed = split.analytic;
  narrowed.header = rule.header;
  narrowed.tests = std::exchange(rule.tests, {});
  narrowed.timespan_seconds = analytic.every.value_or(usual_timespan);
  // The entity is `per`; without one the value itself is what is known.
  const bool by_entity = !analytic.per.empty();
  narrowed.group_by = by_entity ? analytic.per : analytic.of;
  narrowed.fields = by_entity ? analytic.of : analytic.across;
  narrowed.type = narrowed.fields.empty() ? CorrelationType::event_count : CorrelationType::value_count;
  rule.header.name = name_of_base(rule.header);
  rule.header.id.clear();
  narrowed.rules.emplace_back(rule.header.name, rule.header.mark);
  narrowed.analytic = std::move(analytic);
  rule.muted = rule.narrowed = true;
  split.base = std::move(rule);
  return split;
}

}  // namespace sigrun::sigma
