#include "support/engine_fixture.h"

#include <doctest/doctest.h>

#include "alert/render.h"
#include "parallel.h"
#include "support/json_value.h"

namespace sigrun::test {

std::string Scanned::titles() const {
  std::string out;
  for (const Alert& alert : alerts) out += (out.empty() ? "" : ",") + alert.rule->title;
  return out;
}

Scanned scan_events(const Engine& engine, std::string_view events, unsigned threads, ScanOptions options, const std::string& name) {
  Scanned scanned;
  options.threads = threads;
  ScanObserver observer;
  observer.alert = [&](const Alert& alert) {
    auto keep = [&](std::string_view text) -> std::string_view { return scanned.texts.emplace_back(text); };
    auto& alerts = alert.kind == AlertKind::health ? scanned.health : scanned.alerts;
    alerts.push_back(alert);
    alerts.back().event = keep(alert.event);
    alerts.back().file = keep(alert.file);
    for (Match& match : alerts.back().matches) match.value = keep(match.value.text());
  };
  observer.rejected = [&](const std::string&, const Rejection& rejection) { scanned.rejected.push_back(rejection); };
  scanned.result = scan_text(engine, events, name, options, observer);
  const Counters& counters = scanned.result.counters;
  CHECK(counters.in == counters.processed + counters.degraded + counters.rejected + counters.dropped);
  CHECK(counters.alerts() == scanned.alerts.size());
  CHECK(counters.rejected == scanned.rejected.size() + scanned.result.rejections_not_shown);
  auto all = scanned.alerts;
  all.insert(all.end(), scanned.health.begin(), scanned.health.end());
  for (const Alert& alert : all) {
    std::string line;
    render_ndjson(alert, line);
    INFO(line);
    auto value = parse_json(line);
    REQUIRE(value);
    CHECK(alert_schema_problem(*value) == "");
  }
  return scanned;
}

Loaded::Loaded() {
  options.use_taxonomy = false;
  options.for_each = in_parallel;
}

Loaded& Loaded::write(const std::string& name, const std::string& text) {
  folder.write(name, text);
  return *this;
}

Loaded& Loaded::load() {
  LoadOptions chosen = options;
  if (chosen.rule_paths.empty()) chosen.rule_paths = {folder.path("rules")};
  report = {};
  engine = Engine::load(chosen, report);
  return *this;
}

std::string Loaded::titles() const {
  std::string out;
  if (!engine) return "no engine: " + report.fatal;
  for (const auto& rule : engine->rules()) out += (out.empty() ? "" : ",") + rule->title;
  return out;
}

std::string Loaded::said() const {
  std::string out;
  for (const Diagnostic& diagnostic : report.diagnostics) {
    std::string line = diagnostic.to_string();
    if (size_t at = line.find(folder.path()); at != line.npos) line.erase(at, folder.path().size() + 1);
    out += (out.empty() ? "" : "\n") + line;
  }
  return out;
}

}  // namespace sigrun::test
