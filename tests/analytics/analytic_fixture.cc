#include "analytics/analytic_fixture.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>

#include "alert/render.h"
#include "event/timestamp.h"
#include "support/engine_fixture.h"
#include "support/json_value.h"

namespace sigrun::test {
namespace {

constexpr int64_t monday = 1'767'571'200;

}  // namespace

std::string time_text(int64_t seconds) {
  return std::string(std::string_view(format_time((monday + seconds) * 1'000'000'000)));
}

std::string event_at(int64_t seconds, std::string_view members) {
  return fmt::format("{{\"@timestamp\":\"{}\",{}}}\n", time_text(seconds), members);
}

std::string Analysed::lines() const {
  std::string all;
  for (const Told& alert : alerts) all += alert.time + " " + alert.group + "\n";
  return all;
}

Analysed analyse(const std::string& rules, const std::string& events, const ScanOptions& options) {
  Loaded loaded;
  loaded.write("rules/r.yml", rules).load();
  REQUIRE_MESSAGE(loaded.engine, loaded.said());
  REQUIRE_MESSAGE(loaded.report.refused == 0, loaded.said());
  Analysed analysed;
  ScanObserver observer;
  observer.score = [&](const Score& score) { analysed.scores.push_back(score); };
  observer.alert = [&](const Alert& alert) {
    std::string json;
    render_ndjson(alert, json);
    const auto value = parse_json(json);
    REQUIRE(value);
    CHECK(alert_schema_problem(*value) == "");
    if (alert.kind != AlertKind::analytic) return;
    REQUIRE(alert.firing->finding);
    const Finding& finding = *alert.firing->finding;
    Analysed::Told& told = analysed.alerts.emplace_back();
    told.time = std::string(std::string_view(alert.time));
    told.group = fmt::format("{}", fmt::join(alert.firing->group, ","));
    told.unit = finding.unit;
    told.value = alert.firing->value;
    told.score = finding.score;
    told.surprise = finding.surprise;
    told.age_seconds = finding.baseline_age / 1'000'000'000;
    for (const Finding::Contribution& contribution : finding.contributions)
      told.contributions.push_back(contribution.name + "=" + contribution.text);
    told.id = std::string(std::string_view(alert.id));
    told.json = json;
  };
  analysed.result = scan_text(*loaded.engine, events, "events", options, observer);
  CHECK(analysed.result.counters.balanced());
  CHECK(analysed.result.counters.rejected == 0);
  return analysed;
}

}  // namespace sigrun::test
