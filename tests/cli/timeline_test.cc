#include "cli/timeline.h"

#include <doctest/doctest.h>

#include "support/engine_fixture.h"
#include "support/limits.h"

using namespace sigrun;
using namespace sigrun::cli;

namespace {

struct Read {
  Timeline timeline;
  std::vector<std::string> said;  // "line:column: message"
};

void take(const DiagnosticSink& sink, std::vector<std::string>& said) {
  for (const Diagnostic& diagnostic : sink.diagnostics())
    said.push_back(std::to_string(diagnostic.mark.line) + ":" + std::to_string(diagnostic.mark.column) +
                   ": " + diagnostic.message);
}

Read read(const std::string& steps) {
  DiagnosticSink sink("rule.yml");
  const sigma::YamlStream stream = sigma::parse_yaml("timeline:\n" + steps, Limits{}, sink);
  REQUIRE(stream.complete);
  Read result;
  result.timeline = read_timeline(*stream.documents[0].find("timeline"), default_start, sink);
  take(sink, result.said);
  return result;
}

bool says(const std::vector<std::string>& said, const std::string& words) {
  for (const std::string& line : said) CAPTURE(line);
  return said.size() == 1 && said[0].find(words) != std::string::npos;
}

// An engine with the shipped log source tables.
struct Routed {
  test::Loaded loaded;
  Routed() {
    loaded.options.use_taxonomy = true;
    loaded.options.taxonomy_path = "rules/taxonomy";
    loaded.write("rules/a.yml",
                 "title: A\nlogsource: {product: okta, service: okta}\ndetection:\n  s: {eventType: x}\n"
                 "  condition: s\n");
    loaded.load();
    REQUIRE(loaded.engine);
  }
  // The events as they arrive, or what is wrong with them.
  std::string make(const std::string& steps) {
    const Read read_steps = read(steps);
    REQUIRE(read_steps.said.empty());
    DiagnosticSink sink("rule.yml");
    const auto events = make_events(read_steps.timeline, *loaded.engine, sink);
    CHECK(events.has_value() == (sink.error_count() == 0));
    if (events) return events->text;
    std::vector<std::string> said;
    take(sink, said);
    return said.front();
  }
};

}  // namespace

TEST_SUITE("cli timelines") {
  TEST_CASE("steps") {
    const Read result = read(
        "  - {at: +0s, repeat: 9, every: 1s, event: {User: alice}}\n"
        "  - {at: +10s, delay: 3m, time-field: when, event: '{\"User\": \"bob\"}'}\n"
        "  - {event: {published: 2026-11-20}}\n");
    CHECK(result.said.empty());
    REQUIRE(result.timeline.steps.size() == 3);
    const auto& [first, second, third] =
        std::tie(result.timeline.steps[0], result.timeline.steps[1], result.timeline.steps[2]);
    CHECK(first.at == default_start);
    CHECK(first.repeat == 9);
    CHECK(first.every == 1'000'000'000);
    CHECK(first.event == "{\"User\":\"alice\"}");
    CHECK(first.mark.line == 2);
    CHECK(second.at == default_start + 10'000'000'000);
    CHECK(second.delay == 180'000'000'000);
    CHECK(second.time_field == "when");
    CHECK(second.event == "{\"User\": \"bob\"}");
    CHECK_FALSE(third.at);
  }

  TEST_CASE("malformed steps are told with line and column") {
    CHECK(says(read("  x: y\n").said, "2:3: `timeline` is a list of steps"));
    CHECK(says(read("  []\n").said, "`timeline` is a list of steps"));
    CHECK(says(read("  - text\n").said, "2:5: a step is a map"));
    CHECK(says(read("  - {at: +0s}\n").said, "2:5: the step has no `event`"));
    CHECK(says(read("  - {at: 10s, event: {a: 1}}\n").said, "2:10: write +10s: `at` counts from the start"));
    CHECK(says(read("  - {at: soon, event: {a: 1}}\n").said, "2:10: `at` is a time from the start"));
    CHECK(says(read("  - {at: [1], event: {a: 1}}\n").said, "`at` is a time from the start"));
    CHECK(says(read("  - {at: +0s, repeat: 0, event: {a: 1}}\n").said, "2:23: `repeat` is how many"));
    CHECK(says(read("  - {at: +0s, repeat: two, event: {a: 1}}\n").said, "`repeat` is how many"));
    CHECK(
        says(read("  - {at: +0s, every: 1s, event: {a: 1}}\n").said, "2:15: `every` stands beside `repeat`"));
    CHECK(says(read("  - {at: +0s, repeat: 2, every: +1s, event: {a: 1}}\n").said, "`every` is a span"));
    CHECK(says(read("  - {at: +0s, repeat: 2, every: 19y, event: {a: 1}}\n").said, "beyond 20 years"));
    CHECK(says(read("  - {repeat: 2, every: 1s, event: {a: 1}}\n").said, "`every` counts from `at`"));
    CHECK(says(read("  - {at: +0s, delay: later, event: {a: 1}}\n").said, "`delay` is a span"));
    CHECK(says(read("  - {at: +0s, time-field: [a], event: {a: 1}}\n").said, "`time-field` is the name"));
    CHECK(says(read("  - {time-field: a, event: {a: 1}}\n").said, "`time-field` says where `at` is written"));
    CHECK(says(read("  - {at: +0s, repeats: 2, event: {a: 1}}\n").said,
               "2:15: a step has no key `repeats`; did you mean repeat?"));
    CHECK(says(read("  - {at: +0s, event: 5}\n").said, "2:22: an event is a map of fields"));
    CHECK(says(read("  - {at: +0s, event: {a: [{n}]}}\n").said, "2:27: write '{n}' in quotes"));
    CHECK(says(read("  - {at: +0s, repeat: 100001, event: {a: 1}}\n").said, "more than 100000 events"));
    CHECK(read("  - {at: +0s, repeat: 100000, event: {a: 1}}\n").said.empty());
  }

  TEST_CASE("the start of a test") {
    const auto start = [](const std::string& text) {
      DiagnosticSink sink("rule.yml");
      const sigma::YamlStream stream = sigma::parse_yaml("start: " + text, Limits{}, sink);
      const auto time = read_start(*stream.documents[0].find("start"), sink);
      CHECK(time.has_value() == (sink.error_count() == 0));
      return time;
    };
    CHECK(start("2026-01-01T00:00:00Z") == default_start);
    CHECK(start("2026-01-01") == default_start);
    CHECK_FALSE(start("+10s"));
    CHECK_FALSE(start("1767225600"));
    CHECK_FALSE(start("[a]"));
  }

  TEST_CASE("the time goes where the log source table looks for it; {n} counts") {
    Routed routed;
    CHECK(
        routed.make(
            "  - {at: +0s, repeat: 2, every: 1s, event: {eventType: x, outcome: {result: 'r{n}'}}}\n") ==
        "{\"published\":\"2026-01-01T00:00:00.000Z\",\"eventType\":\"x\",\"outcome\":{\"result\":\"r1\"}}\n"
        "{\"published\":\"2026-01-01T00:00:01.000Z\",\"eventType\":\"x\",\"outcome\":{\"result\":\"r2\"}}\n");
    CHECK(
        routed.make(
            "  - {at: +0s, repeat: 2, event: ' {\"eventSource\": \"s3.amazonaws.com\", \"eventName\": "
            "\"{n}{n}\", \"n\": {n}}'}\n") ==
        " {\"eventTime\":\"2026-01-01T00:00:00.000Z\",\"eventSource\": \"s3.amazonaws.com\", \"eventName\": "
        "\"11\", \"n\": 1}\n"
        " {\"eventTime\":\"2026-01-01T00:00:00.000Z\",\"eventSource\": \"s3.amazonaws.com\", \"eventName\": "
        "\"22\", \"n\": 2}\n");
    CHECK(routed.make("  - {at: +0s, event: {what: ever}}\n") ==
          "{\"@timestamp\":\"2026-01-01T00:00:00.000Z\",\"what\":\"ever\"}\n");
    CHECK(routed.make("  - {at: +0s, event: '{ }'}\n") == "{\"@timestamp\":\"2026-01-01T00:00:00.000Z\" }\n");
    CHECK(routed.make("  - {at: +0s, time-field: ts, event: {what: ever}}\n") ==
          "{\"ts\":\"2026-01-01T00:00:00.000Z\",\"what\":\"ever\"}\n");
  }

  TEST_CASE("events arrive by their times, as written where those are equal, and later by their delay") {
    Routed routed;
    CHECK(routed.make("  - {at: +9s, event: {id: a}}\n"
                      "  - {at: +0s, delay: 10s, event: {id: b}}\n"
                      "  - {at: +9s, event: {id: c}}\n"
                      "  - {event: {id: d, time: '2026-01-01T00:00:03Z'}}\n") ==
          "{\"id\":\"d\",\"time\":\"2026-01-01T00:00:03Z\"}\n"
          "{\"@timestamp\":\"2026-01-01T00:00:09.000Z\",\"id\":\"a\"}\n"
          "{\"@timestamp\":\"2026-01-01T00:00:09.000Z\",\"id\":\"c\"}\n"
          "{\"@timestamp\":\"2026-01-01T00:00:00.000Z\",\"id\":\"b\"}\n");
  }

  TEST_CASE("an event that cannot stand in a timeline is told with its place") {
    Routed routed;
    CHECK(routed.make(
              "  - {at: +0s, event: {eventType: x, published: '2026-11-20T09:00:00Z', outcome: {}}}\n") ==
          "2:22: the event has a time of its own, 2026-11-20T09:00:00.000Z: leave out that or `at`");
    CHECK(routed.make("  - {event: {eventType: x, debugContext: {}}}\n") ==
          "2:5: the step has no `at`, and its event has no time in published");
    CHECK(routed.make("  - {at: +0s, time-field: when, event: {eventType: x, debugContext: {}}}\n") ==
          "2:40: the time was written into when, where the engine does not look for it in an event of okta; "
          "write "
          "`time-field: published`");
    CHECK(
        routed.make("  - {at: +0s, event: '{\"a\": '}\n").starts_with("2:22: the event would be rejected: "));
    CHECK(routed.make("  - {at: +0s, event: 'text'}\n").starts_with("2:22: "));
    CHECK(routed.make("  - {at: +0s, event: '{\"a\":1} {\"b\":1}'}\n") ==
          "2:22: an event is one JSON object");
    CHECK(routed.make("  - {at: +0s, event: '{\"Records\":[{\"eventName\":\"x\"}]}'}\n") ==
          "2:22: this is an envelope; write the event that is in it");
  }
}
