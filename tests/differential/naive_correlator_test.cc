// The naive correlator alone, held to alerts that were counted out by hand.
#include "differential/naive_correlator.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "differential/correlation_timelines.h"

namespace sigrun::differential {
namespace {

std::string naive_alerts(const sigma::RuleSet& rules, const std::vector<naive::RuleEvent>& events) {
  return to_text(naive::NaiveCorrelator(rules).alerts(events), rules);
}

}  // namespace

TEST_CASE("the naive correlator: timelines counted out by hand") {
  for (const Timeline& timeline : correlation_timelines()) {
    INFO(timeline.name, "\n", timeline.rules, "\n", timeline.events);
    const sigma::RuleSet rules = correlation_rules(timeline.rules);
    std::vector<naive::RuleEvent> events = read_events(timeline.events);
    CHECK(naive_alerts(rules, events) == trimmed_lines(timeline.alerts));
    // Arrival plays no part.
    std::reverse(events.begin(), events.end());
    CHECK(naive_alerts(rules, events) == trimmed_lines(timeline.alerts));
  }
}

TEST_CASE("the naive correlator: outcomes") {
  const sigma::RuleSet rules = correlation_rules(
      "n: {type: value_sum, rules: [a, b], group-by: [user], timespan: 10s, condition: {gte: 3, field: f}}");
  const std::vector<naive::RuleEvent> events = read_events(R"(0 a user=x f=1
                                                              1 a f=1
                                                              2 b user=x
                                                              3 b user=x f=many
                                                              4 b user=x|y|x f=1
                                                              5 c user=x f=1)");
  naive::Outcomes outcomes;
  const naive::Groups groups = naive::NaiveCorrelator(rules).groups(0, events, {}, &outcomes);
  CHECK(groups.size() == 2);
  CHECK(outcomes.entered == 3);
  CHECK(outcomes.without_group == 1);
  CHECK(outcomes.without_value == 1);
  CHECK(outcomes.not_numeric == 1);
}

TEST_CASE("the naive correlator: what is decided on arrival") {
  auto decided = [](const std::string& block) {
    return naive::NaiveCorrelator(correlation_rules("n: {rules: [a, b], timespan: 10s, " + block + "}"))
        .on_arrival(0);
  };
  CHECK(decided("type: event_count, condition: {gte: 1}"));
  CHECK(decided("type: event_count, condition: {gt: 1, gte: 1}"));
  CHECK(decided("type: value_count, condition: {gte: 1, field: f}"));
  CHECK(decided("type: value_sum, condition: {gte: 1, field: f}"));
  CHECK(decided("type: temporal"));
  CHECK(decided("type: temporal, condition: a or b"));
  CHECK(decided("type: temporal_ordered"));
  for (const char* order : {"lt", "lte", "eq", "neq"})
    for (const char* type : {"event_count", "value_count", "value_sum"})
      CHECK_FALSE(
          decided("type: " + std::string(type) + ", condition: {gte: 1, " + order + ": 2, field: f}"));
  CHECK_FALSE(decided("type: value_avg, condition: {gte: 1, field: f}"));
  CHECK_FALSE(decided("type: value_median, condition: {gte: 1, field: f}"));
  CHECK_FALSE(decided("type: value_percentile, condition: {gte: 1, percentile: 5, field: f}"));
  CHECK_FALSE(decided("type: temporal, condition: a or not b"));
  CHECK_FALSE(decided("type: temporal, condition: {lte: 1}"));
}

}  // namespace sigrun::differential
