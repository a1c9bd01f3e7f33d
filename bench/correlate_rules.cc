#include "correlate_rules.h"

#include <fmt/format.h>

#include "sigma/rule_set.h"

namespace sigrun::bench {
namespace {

std::string correlation(std::string_view name, std::string_view type, std::string_view rules,
                        std::string_view group_by, std::string_view timespan, std::string_view condition) {
  return fmt::format(
      "title: {0}\nname: {0}\ncorrelation:\n  type: {1}\n  rules: [{2}]\n  group-by: [{3}]\n  timespan: "
      "{4}\n{5}"
      "---\n",
      name, type, rules, group_by, timespan,
      condition.empty() ? std::string() : fmt::format("  condition: {{{}}}\n", condition));
}

}  // namespace

std::string detections(std::initializer_list<std::string_view> names) {
  std::string text;
  for (std::string_view name : names)
    text += fmt::format(
        "title: {0}\nname: {0}\nlogsource: {{category: bench}}\ndetection:\n  hit: {{made: {0}}}\n  "
        "condition: hit\n---\n",
        name);
  return text;
}

std::string mixed_rules() {
  return detections({"failed_logon", "logon", "mfa_denied", "download", "gateway_denied", "token_used"}) +
         correlation("brute_force", "event_count", "failed_logon", "SourceIp, User", "10m", "gte: 10") +
         correlation("password_spraying", "value_count", "failed_logon", "SourceIp", "30m",
                     "gte: 200, field: User") +
         correlation("brute_force_then_success", "temporal_ordered", "brute_force, logon", "SourceIp", "30m",
                     "") +
         correlation("mfa_fatigue", "event_count", "mfa_denied", "User", "1h", "gte: 40") +
         correlation("exfiltration", "value_sum", "download", "Host", "1h", "gte: 100000000, field: Bytes") +
         correlation("large_downloads", "value_avg", "download", "Host", "1h", "gt: 990000, field: Bytes") +
         correlation("denied_lookups", "event_count", "gateway_denied", "Host", "1h", "gte: 100") +
         correlation("scan", "value_count", "gateway_denied", "SourceIp", "10m",
                     "gte: 1000, field: Destination") +
         correlation("token_reuse", "value_count", "token_used", "Session", "1h",
                     "gte: 10, field: SourceIp") +
         correlation("taken_over", "temporal", "mfa_denied, token_used, download", "User", "15m", "");
}

CorrelationPlan plan_of(const std::string& rules, std::string& problem) {
  DiagnosticSink sink("bench");
  sigma::RuleSet set;
  set.add(sigma::read_rules(rules, Limits{}, sink));
  set.link(Limits{}, sink);
  set.link_correlations(sink);
  CorrelationPlan plan = build_correlation_plan(set.detections, set.correlations, sink);
  problem = sink.first_error();
  return plan;
}

}  // namespace sigrun::bench
