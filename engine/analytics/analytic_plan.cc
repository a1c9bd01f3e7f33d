#include "analytics/analytic_plan.h"

#include <algorithm>

#include "analytics/analytic_kind.h"
#include "analytics/burst.h"
#include "analytics/deviation.h"
#include "analytics/novelty.h"

namespace sigrun {
namespace {

constexpr uint64_t week = 7 * 86400;

AnalyticPlan compile(const sigma::CorrelationRule& rule, const Correlation& correlation) {
  const sigma::Analytic& analytic = *rule.analytic;
  AnalyticPlan plan;
  plan.rule = analytic;
  plan.history = static_cast<int64_t>(analytic.history) * one_second;
  plan.every = analytic.every ? static_cast<int64_t>(*analytic.every) * one_second : correlation.timespan;
  plan.warmup =
      static_cast<int64_t>(analytic.warmup.value_or(std::min(week, analytic.history / 4))) * one_second;
  plan.value_fields = rule.fields.empty() ? rule.group_by : rule.fields;
  return plan;
}

}  // namespace

std::shared_ptr<const CellKind> make_analytic_kind(const sigma::CorrelationRule& rule,
                                                   const Correlation& correlation) {
  AnalyticPlan plan = compile(rule, correlation);
  switch (plan.rule.type) {
    case sigma::AnalyticType::novelty:
      plan.unit = plan.rule.returning ? "d" : plan.rule.across.empty() ? "share" : "entities";
      return std::make_shared<AnalyticKind<NoveltyCell>>(std::move(plan));
    case sigma::AnalyticType::deviation:
      plan.unit = "z";
      return std::make_shared<AnalyticKind<DeviationCell>>(std::move(plan));
    case sigma::AnalyticType::burst:
      plan.unit = "z";
      return std::make_shared<AnalyticKind<BurstCell>>(std::move(plan));
  }
  return {};
}

}  // namespace sigrun
