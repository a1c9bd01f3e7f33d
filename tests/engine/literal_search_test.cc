// Whatever searches for literals, the engine gives the same alerts: on the shipped rules and samples, and on the public ones.
#include <doctest/doctest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "alert/render.h"
#include "differential/corpus.h"
#include "match/literal_automaton.h"
#include "support/corpus.h"
#include "support/engine_fixture.h"
#include "support/rule_fixture.h"

using namespace sigrun;
using test::Loaded;

namespace {

bool skipped() {
  if (LiteralAutomata::available()) return false;
  std::fprintf(stderr, "SKIPPED: literals by vectorscan: this build or this processor lacks it\n");
  return true;
}

std::string alerts_of(const Engine& engine, const std::string& events) {
  std::string lines;
  for (const Alert& alert : test::scan_events(engine, events).alerts) render_ndjson(alert, lines);
  return lines;
}

// How many bytes of alerts both gave.
size_t compare(const std::vector<std::string>& rules, const std::vector<std::string>& event_texts,
               LogSourceMode::Kind kind = LogSourceMode::Kind::automatic) {
  Loaded own, automata;
  for (Loaded* loaded : {&own, &automata}) {
    loaded->options.rule_paths = rules;
    loaded->options.use_taxonomy = kind == LogSourceMode::Kind::automatic;
    loaded->options.logsource.kind = kind;
    loaded->options.literal_search = loaded == &own ? LiteralSearch::own : LiteralSearch::vectorscan;
    loaded->load();
    REQUIRE_MESSAGE(loaded->engine, loaded->report.fatal);
  }
  size_t bytes = 0;
  for (const std::string& events : event_texts) {
    const std::string expected = alerts_of(*own.engine, events);
    CHECK(alerts_of(*automata.engine, events) == expected);
    bytes += expected.size();
  }
  return bytes;
}

std::string lines_of(const std::vector<std::string>& events) {
  std::string lines;
  for (const std::string& event : events) lines += event + "\n";
  return lines;
}

}  // namespace

TEST_CASE("literal search: the shipped rules give the same alerts on their samples") {
  if (skipped()) return;
  std::vector<std::string> events;
  for (const std::string& path : differential::files_below("rules/samples", ""))
    if (path.ends_with("json")) events.push_back(differential::read_text(path));
  REQUIRE(!events.empty());
  CHECK(compare({"rules"}, events) > 1'000);
}

TEST_CASE("literal search: the public rules give the same alerts on public events") {
  if (skipped()) return;
  const std::string corpus = test::corpus_path("sigmahq", "the same alerts from both literal searches");
  if (corpus.empty()) return;
  std::vector<std::string> rules, events;
  for (const char* folder : {"rules", "rules-compliance", "rules-emerging-threats", "rules-threat-hunting"})
    rules.push_back(corpus + "/" + folder);
  for (const std::string& path : differential::files_below(corpus + "/../events", ".zst"))
    events.push_back(lines_of(differential::sample_events(path, {}, 500, 20'261'123)));
  for (const char* shape : {"events", "flat_events"})
    events.push_back(lines_of(
        differential::sample_events(corpus + "/../regression/cases.ndjson", {shape}, 1'000, 20'261'123)));
  CHECK(compare(rules, events) > 100'000);
  CHECK(compare(rules, events, LogSourceMode::Kind::off) > 100'000);
}

TEST_CASE("literal search: what this build lacks is not chosen in silence") {
  Loaded loaded;
  loaded.options.literal_search = LiteralSearch::vectorscan;
  loaded.write("rules/a.yml", test::rule_with_items("F|contains: abc")).load();
  CHECK((loaded.engine != nullptr) == LiteralAutomata::available());
  if (!loaded.engine)
    CHECK(loaded.report.fatal ==
          "literals cannot be searched for by vectorscan: this build or this processor lacks it");
}
