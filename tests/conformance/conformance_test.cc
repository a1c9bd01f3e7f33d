// The conformance and regression corpora, through the engine: rules against events, rules to be refused, the public rules
// against the events they were written for, and against events one field away from those.
#include <doctest/doctest.h>

#include <cstdlib>
#include <set>
#include <string>

#include "support/corpus.h"
#include "support/engine_fixture.h"
#include "support/json_text.h"

using namespace sigrun;
using test::JsonValue;
using test::Loaded;

namespace {

// One event or several, one a line. An event given as text is the line itself.
std::string events_of(const JsonValue& value) {
  if (value.is(JsonValue::Kind::text)) return value.text + "\n";
  if (!value.is(JsonValue::Kind::array)) return std::string(value.raw) + "\n";
  std::string lines;
  for (const JsonValue& item : value.items) lines += events_of(item);
  return lines;
}

void run_triples(const char* file) {
  std::string path = test::corpus_path(std::string("conformance/") + file, file);
  if (path.empty()) return;
  test::Rows rows;
  test::read_rows(path, rows);
  Loaded loaded;
  loaded.options.logsource.kind = LogSourceMode::Kind::off;
  for (const JsonValue& row : rows.values) {
    INFO(row.text_of("name"));
    loaded.write("rules/rule.yml", row.text_of("rule"));
    loaded.options.vars_path = row.find("placeholders") ? loaded.folder.write("vars.yml", std::string(row.find("placeholders")->raw)) : "";
    loaded.load();
    REQUIRE_MESSAGE(loaded.engine, loaded.report.fatal);
    CHECK_MESSAGE(loaded.report.refused == 0, loaded.said());
    bool matched = !test::scan_events(*loaded.engine, events_of(*row.find("event"))).alerts.empty();
    CHECK(matched == row.find("expected")->truth);
  }
}

// One engine over all rules that the rows name.
void load_named_rules(const test::Rows& rows, const std::string& folder, Loaded& loaded) {
  std::set<std::string> paths;
  for (const JsonValue& row : rows.values) paths.insert(folder + "/" + row.text_of("rule_path"));
  loaded.options.rule_paths.assign(paths.begin(), paths.end());
  loaded.load();
  REQUIRE_MESSAGE(loaded.engine, loaded.report.fatal);
  REQUIRE_MESSAGE(loaded.report.loaded == paths.size(), loaded.said());
}

long alerts_of(const Loaded& loaded, const std::string& events, const std::string& rule_id) {
  long count = 0;
  for (const Alert& alert : test::scan_events(*loaded.engine, events).alerts) count += alert.rule->id == rule_id;
  return count;
}

}  // namespace

TEST_CASE("conformance: seed") { run_triples("seed.ndjson"); }
TEST_CASE("conformance: more") { run_triples("more.ndjson"); }

TEST_CASE("conformance: rules to be refused at their line, and their well-formed twins") {
  std::string path = test::corpus_path("conformance/refuse.ndjson", "refuse.ndjson");
  if (path.empty()) return;
  test::Rows rows;
  test::read_rows(path, rows);
  Loaded loaded;
  loaded.options.logsource.kind = LogSourceMode::Kind::off;
  for (const JsonValue& row : rows.values) {
    INFO(row.text_of("name"));
    loaded.write("rules/rule.yml", row.text_of("rule")).load();
    INFO(loaded.said());
    if (row.text_of("expected") == "accept") {
      CHECK(loaded.report.count(Severity::error) == 0);
      CHECK(loaded.report.refused == 0);
      continue;
    }
    CHECK(loaded.report.refused > 0);
    long line = std::atol(row.text_of("line").c_str());
    bool at_line = false;
    for (const Diagnostic& diagnostic : loaded.report.diagnostics)
      at_line = at_line || (diagnostic.severity == Severity::error && (line == 0 || std::abs(static_cast<long>(diagnostic.mark.line) - line) <= 1));
    CHECK(at_line);
  }
}

TEST_CASE("regression: public rules fire on the events they were written for, nested and flat") {
  std::string cases = test::corpus_path("regression/cases.ndjson", "cases.ndjson"), folder = test::corpus_path("sigmahq", "cases.ndjson");
  if (cases.empty() || folder.empty()) return;
  test::Rows rows;
  test::read_rows(cases, rows);
  Loaded loaded;
  loaded.options.use_taxonomy = true;
  load_named_rules(rows, folder, loaded);
  for (const JsonValue& row : rows.values) {
    long needed = std::atol(row.text_of("expected_match_count").c_str());
    if (needed == 0) needed = std::max(1l, std::atol(row.text_of("expected_min").c_str()));
    for (const std::string form : {"events", "flat_events"}) {
      INFO(row.text_of("rule_path"), " ", form);
      CHECK(alerts_of(loaded, events_of(*row.find(form)), row.text_of("rule_id")) >= needed);
    }
  }
}

TEST_CASE("regression: public rules are silent on events one field away") {
  std::string cases = test::corpus_path("regression/near_miss.ndjson", "near_miss.ndjson"), folder = test::corpus_path("sigmahq", "near_miss.ndjson");
  if (cases.empty() || folder.empty()) return;
  test::Rows rows;
  test::read_rows(cases, rows);
  for (auto kind : {LogSourceMode::Kind::off, LogSourceMode::Kind::automatic}) {
    Loaded loaded;
    loaded.options.logsource.kind = kind;
    loaded.options.use_taxonomy = kind == LogSourceMode::Kind::automatic;
    load_named_rules(rows, folder, loaded);
    for (const JsonValue& row : rows.values) {
      INFO(row.text_of("rule_path"), " ", row.text_of("changed"));
      CHECK(alerts_of(loaded, events_of(*row.find("event")), row.text_of("rule_id")) == 0);
    }
  }
}

TEST_CASE("routing: process creations stripped of channel, id and provider give the same alerts") {
  std::string cases = test::corpus_path("regression/cases.ndjson", "cases.ndjson"), folder = test::corpus_path("sigmahq", "cases.ndjson");
  if (cases.empty() || folder.empty()) return;
  test::Rows rows;
  test::read_rows(cases, rows);
  Loaded loaded;
  loaded.options.use_taxonomy = true;
  load_named_rules(rows, folder, loaded);
  const std::set<std::string> markers = {"Channel", "EventID", "Provider_Name", "Provider_Guid", "SourceName", "ProviderName"};
  size_t tried = 0;
  for (const JsonValue& row : rows.values) {
    if (row.find("logsource")->text_of("category") != "process_creation") continue;
    for (const JsonValue& event : row.find("flat_events")->items) {
      std::string stripped;
      for (const auto& [name, value] : event.members) {
        if (markers.contains(name)) continue;
        stripped += (stripped.empty() ? "{" : ",");
        append_json_string(name, stripped);
        stripped += ":" + std::string(value.raw);
      }
      INFO(row.text_of("rule_path"));
      auto titles = [&](const std::string& text) {
        std::multiset<std::string> seen;
        for (const Alert& alert : test::scan_events(*loaded.engine, text).alerts) seen.insert(alert.rule->title);
        return seen;
      };
      CHECK(titles(stripped + "}") == titles(std::string(event.raw)));
      ++tried;
    }
  }
  CHECK(tried > 20);
}
