// The engine as a whole: identity and place of alerts, outcomes of events, determinism over threads.
#include "engine.h"

#include <doctest/doctest.h>

#include <optional>
#include <set>
#include <string>

#include "event/byte_source.h"
#include "event/event_reader.h"
#include "event/timestamp.h"
#include "support/engine_fixture.h"

using namespace sigrun;
using test::Loaded;
using test::scan_events;

namespace {

std::string rule(const std::string& title, const std::string& more = "", const std::string& selection = "{F: a}") {
  return "title: " + title + "\n" + more + "logsource: {product: p}\ndetection: {s: " + selection + ", condition: s}\n";
}

const std::string uuid = "id: 3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c01\n";

}  // namespace

TEST_CASE("engine: an alert says which rule, where, when and why") {
  Loaded loaded;
  loaded.write("rules/a.yml", rule("A", uuid + "level: high\nauthor: B\ntags: [attack.t1]\n")).load();
  REQUIRE(loaded.engine);
  auto scanned = scan_events(*loaded.engine, "{\"G\":1}\n{\"F\":\"A\",\"time\":\"2026-11-20T08:00:00Z\"}\n", 1, {}, "in.ndjson");
  REQUIRE(scanned.alerts.size() == 1);
  const Alert& alert = scanned.alerts[0];
  CHECK(alert.rule->id == "3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c01");
  CHECK(alert.rule->author == "B");
  CHECK(alert.rule->line == 1);
  CHECK(alert.file == "in.ndjson");
  CHECK(alert.line == 2);
  CHECK(alert.offset == 8);
  CHECK(alert.time == "2026-11-20T08:00:00.000Z");
  CHECK(alert.event == R"({"F":"A","time":"2026-11-20T08:00:00Z"})");
  REQUIRE(alert.matches.size() == 1);
  CHECK(alert.matches[0].value == "A");
  CHECK(scanned.result.counters.alerts_by_level[static_cast<size_t>(sigma::Level::high)] == 1);
}

TEST_CASE("engine: an alert's id does not depend on path, threads, title or the other rules") {
  Loaded one, other;
  one.write("rules/a.yml", rule("A", uuid)).load();
  other.write("rules/x/b.yml", rule("Another title", "level: low\n" + uuid)).write("rules/c.yml", rule("C")).load();
  const std::string events = "{\"F\":\"a\"}\n{\"F\":\"a\"}\n";
  auto first = scan_events(*one.engine, events, 1, {}, "x"), second = scan_events(*other.engine, events, 2, {}, "y");
  std::set<std::string> ids, wanted;
  for (const Alert& alert : first.alerts) wanted.insert(alert.id.c_str());
  for (const Alert& alert : second.alerts)
    if (alert.rule->title != "C") ids.insert(alert.id.c_str());
  CHECK(wanted.size() == 2);  // the same bytes at two offsets
  CHECK(ids == wanted);
}

TEST_CASE("engine: rules without an id are named after their file; those of one id still give different alerts") {
  Loaded loaded;
  loaded.write("rules/stem.yml", rule("A") + "---\n" + rule("B") + "---\n" + rule("C", uuid) + "---\n" + rule("D", uuid)).load();
  REQUIRE(loaded.engine);
  auto scanned = scan_events(*loaded.engine, "{\"F\":\"a\"}");
  REQUIRE(scanned.titles() == "A,B,C,D");
  CHECK(scanned.alerts[0].rule->id == "stem");
  CHECK(scanned.alerts[1].rule->id == "stem#2");
  CHECK(scanned.alerts[2].rule->id.size() == 36);
  std::set<std::string> ids;
  for (const Alert& alert : scanned.alerts) ids.insert(alert.id.c_str());
  CHECK(ids.size() == 4);
}

TEST_CASE("engine: alerts of events with ill-formed UTF-8 keep what was matched while later events are") {
  Loaded loaded;
  loaded.write("rules/a.yml", rule("A", "", "{F|startswith: a}")).load();
  std::string events;
  for (int i = 0; i < 50; ++i)
    events += "{\"F\":\"a\xFF" + std::to_string(i) + "\\n\"}\n{\"F\":\"a" + std::to_string(i) + "\"}\n{\"F\":\"\xFE long enough to be elsewhere\"}\n";
  auto source = memory_byte_source(events);
  EventReader reader(*source, {}, loaded.engine->limits());
  EventBatch batch;
  REQUIRE(reader.next(batch));
  std::vector<Alert> alerts;
  {
    auto scratch = loaded.engine->make_scratch();
    Counters counters;
    loaded.engine->evaluate(batch, "events", *scratch, alerts, counters);
  }
  REQUIRE(alerts.size() == 100);
  for (size_t i = 0; i < 100; ++i) {
    REQUIRE(alerts[i].matches.size() == 1);
    const std::string number = std::to_string(i / 2);
    CHECK(alerts[i].matches[0].value.text() == (i % 2 ? "a" + number : "a\xEF\xBF\xBD" + number + "\n"));
    CHECK((alerts[i].repaired != nullptr) == (i % 2 == 0));
  }
}

TEST_CASE("engine: every event has one outcome") {
  Loaded loaded;
  loaded.write("rules/a.yml", rule("A")).load();
  auto scanned = scan_events(*loaded.engine,
                             "{\"F\":\"a\"}\n"
                             "{\"F\":1e400}\n"
                             "{\"F\":\"a\",\"G\":\"\xFF\"}\n"
                             "{\"F\":\"a\n"
                             "{\"F\":\"b\"}\n"
                             "{\"F\":\"a\",\"G\":tru}\n");
  const Counters& counters = scanned.result.counters;
  CHECK(counters.in == 6);
  CHECK(counters.processed == 3);
  CHECK(counters.degraded == 2);
  CHECK(counters.rejected == 1);
  CHECK(counters.dropped == 0);
  CHECK(scanned.titles() == "A,A,A");
  REQUIRE(scanned.rejected.size() == 1);
  CHECK(scanned.rejected[0].line == 4);
}

TEST_CASE("engine: limits of an event's bytes and depth reject it, and only it") {
  Loaded loaded;
  loaded.options.limits.event_bytes = 200;
  loaded.options.limits.event_depth = 4;
  loaded.write("rules/a.yml", rule("A")).load();
  auto scanned = scan_events(*loaded.engine, "{\"F\":\"a\"}\n{\"F\":\"a\",\"G\":\"" + std::string(300, 'x') + "\"}\n{\"F\":\"a\",\"G\":[[[[1]]]]}\n{\"F\":\"a\",\"G\":[[[1]]]}\n");
  CHECK(scanned.result.counters.in == 4);
  CHECK(scanned.result.counters.rejected == 2);
  CHECK(scanned.titles() == "A,A");
}

TEST_CASE("engine: limit of rejections that are described") {
  Loaded loaded;
  loaded.options.limits.rejected_reports = 3;
  loaded.write("rules/a.yml", rule("A")).load();
  std::string events;
  for (int i = 0; i < 10; ++i) events += "{\"F\":}\n{\"F\":\"a\"}\n";
  auto scanned = scan_events(*loaded.engine, events);
  CHECK(scanned.result.counters.rejected == 10);
  CHECK(scanned.rejected.size() == 3);
  CHECK(scanned.result.rejections_not_shown == 7);
  CHECK(scanned.alerts.size() == 10);
}

TEST_CASE("engine: the same alerts in the same order for any number of threads and size of batches") {
  std::string events;
  for (int i = 0; i < 3000; ++i) events += "{\"n\":" + std::to_string(i) + ",\"F\":\"" + (i % 7 ? "b" : "a") + "\",\"G\":\"needle" + std::to_string(i % 3) + "\"}\n";
  std::string expected;
  for (size_t chunk : {size_t{1} << 20, size_t{300}, size_t{5000}}) {
    Loaded loaded;
    loaded.options.limits.chunk_bytes = chunk;
    loaded.write("rules/a.yml", rule("A")).write("rules/b.yml", rule("B", "", "[needle2]")).load();
    for (unsigned threads : {1u, 2u, 7u}) {
      std::string seen;
      auto scanned = scan_events(*loaded.engine, events, threads);
      for (const Alert& alert : scanned.alerts) seen += alert.id.c_str() + alert.rule->title + std::to_string(alert.line) + "\n";
      if (expected.empty()) expected = seen;
      CHECK(seen == expected);
      CHECK(scanned.result.counters.in == 3000);
    }
  }
  CHECK(expected.size() > 40'000);
}

TEST_CASE("engine: events that no table knows are counted by their keys") {
  Loaded loaded;
  loaded.options.use_taxonomy = true;
  loaded.options.taxonomy_path = loaded.folder.write("tables/t.yml", "taxonomy: t\nrecognise: {kind: t}\nlogsources: [{product: p}]\nid: [[n]]\n");
  loaded.write("rules/a.yml", rule("A")).load();
  REQUIRE_MESSAGE(loaded.engine, loaded.report.fatal);
  auto scanned = scan_events(*loaded.engine, "{\"kind\":\"t\",\"F\":\"a\",\"n\":1}\n{\"b\":1,\"a\":2}\n{\"a\":1,\"b\":2}\n{\"F\":\"a\"}\n{\"n\":1,\"F\":\"a\",\"kind\":\"t\"}\n");
  CHECK(scanned.result.counters.unrecognised == 3);
  CHECK(scanned.result.counters.unrecognised_keys.at("a,b") == 2);
  CHECK(scanned.result.counters.unrecognised_keys.at("F") == 1);
  REQUIRE(scanned.titles() == "A,A,A");
  CHECK(scanned.alerts[0].id == scanned.alerts[2].id);  // the event's own id, not its bytes or offset
  CHECK(scanned.alerts[0].id != scanned.alerts[1].id);
}

TEST_CASE("engine: key sets that are told apart are bounded") {
  Loaded loaded;
  loaded.options.use_taxonomy = true;
  loaded.options.taxonomy_path = loaded.folder.write("tables/t.yml", "taxonomy: t\nrecognise: {kind: t}\nlogsources: [{product: p}]\n");
  loaded.write("rules/a.yml", rule("A")).load();
  std::string events;
  for (int i = 0; i < 1000; ++i) events += "{\"k" + std::to_string(i) + "\":1}\n";
  auto scanned = scan_events(*loaded.engine, events);
  uint64_t sum = 0;
  for (const auto& [keys, count] : scanned.result.counters.unrecognised_keys) sum += count;
  CHECK(sum == 1000);
  CHECK(scanned.result.counters.unrecognised_keys.size() <= 256);
}

TEST_CASE("engine: envelopes of the tables and of the options are unwrapped") {
  Loaded loaded;
  loaded.options.use_taxonomy = true;
  loaded.options.taxonomy_path = loaded.folder.write("tables/t.yml", "taxonomy: t\nlogsources: [{product: p}]\nenvelope: Records\n");
  loaded.write("rules/a.yml", rule("A")).load();
  CHECK(scan_events(*loaded.engine, R"({"Records":[{"F":"a"},{"F":"b"},{"F":"a"}]})").result.counters.in == 3);
  ScanOptions options;
  options.unwrap = {"x.y"};
  CHECK(scan_events(*loaded.engine, R"({"x":{"y":{"F":"a"}}})", 1, options).titles() == "A");
  // The outer object's own fields are seen by no rule: that is counted, even where no event is left.
  for (const char* text : {R"({"Records":[{}],"F":"a"})", R"({"Records":[],"F":"a"})"})
    CHECK(scan_events(*loaded.engine, text).result.counters.envelope_fields.envelopes == 1);
}

TEST_CASE("engine: events outside the bounds of time are dropped, those without a time are not") {
  Loaded loaded;
  loaded.write("rules/a.yml", rule("A")).load();
  const std::string events = "{\"F\":\"a\",\"time\":\"2026-11-20T08:00:00Z\"}\n{\"F\":\"a\",\"time\":\"2026-11-21T08:00:00Z\"}\n{\"F\":\"a\"}\n";
  ScanOptions options;
  options.time.from = parse_event_time("2026-11-21T08:00:00Z", false, 0);
  auto scanned = scan_events(*loaded.engine, events, 1, options);
  CHECK(scanned.result.counters.in == 3);
  CHECK(scanned.result.counters.dropped == 1);
  CHECK(scanned.alerts.size() == 2);
  options.time = {std::nullopt, parse_event_time("2026-11-20T07:59:59Z", false, 0)};
  CHECK(scan_events(*loaded.engine, events, 1, options).result.counters.dropped == 2);
}

TEST_CASE("engine: several engines side by side, one engine from several scratches") {
  Loaded a, b;
  a.write("rules/a.yml", rule("A")).load();
  b.write("rules/b.yml", rule("B", "", "{F: b}")).load();
  for (int i = 0; i < 3; ++i) {
    CHECK(scan_events(*a.engine, "{\"F\":\"a\"}").titles() == "A");
    CHECK(scan_events(*b.engine, "{\"F\":\"b\"}").titles() == "B");
    CHECK(scan_events(*b.engine, "{\"F\":\"a\"}").titles() == "");
  }
}

TEST_CASE("engine: what rules carry for those who test them") {
  Loaded loaded;
  loaded.write("rules/a.yml", rule("A", "regression_tests_path: r/info.yml\ntests: [{event: {F: a}, match: true}]\n")).load();
  REQUIRE(loaded.engine);
  CHECK(loaded.engine->regression_tests_path(0) == "r/info.yml");
  CHECK(loaded.engine->rule_tests(0).items.size() == 1);
}

TEST_CASE("engine: nothing in, nothing out") {
  Loaded loaded;
  loaded.write("rules/a.yml", rule("A")).load();
  CHECK(scan_events(*loaded.engine, "").result.counters.in == 0);
  CHECK(scan_events(*loaded.engine, "\n \n").result.counters.in == 0);
}
