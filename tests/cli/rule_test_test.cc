#include "cli/rule_test.h"

#include <doctest/doctest.h>

#include "cli/event_json.h"
#include "support/limits.h"

using namespace sigrun;
using namespace sigrun::cli;

namespace {

sigma::YamlNode parse(const std::string& text) {
  DiagnosticSink sink("rule.yml");
  sigma::YamlStream stream = sigma::parse_yaml(text, Limits{}, sink);
  REQUIRE(stream.complete);
  REQUIRE(stream.documents.size() == 1);
  return stream.documents[0];
}

std::string json(const std::string& yaml) {
  std::string out;
  append_json(parse(yaml), out);
  return out;
}

// What is reported about a `tests:` block, as "line: message".
std::vector<std::string> problems(const std::string& yaml,
                                  const TestedRule& rule = {"rules/rule.yml", false, {}}) {
  DiagnosticSink sink("rules/rule.yml");
  read_rule_tests(*parse(yaml).find("tests"), rule, sink);
  std::vector<std::string> out;
  for (const Diagnostic& diagnostic : sink.diagnostics()) {
    CHECK(diagnostic.file == "rules/rule.yml");
    out.push_back(std::to_string(diagnostic.mark.line) + ": " + diagnostic.message);
  }
  return out;
}

bool reports(const std::string& yaml, const std::string& line, const std::string& words,
             const TestedRule& rule = {"rules/rule.yml", false, {}}) {
  for (const std::string& problem : problems(yaml, rule)) {
    if (problem.starts_with(line + ": ") && problem.find(words) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_SUITE("cli rule tests") {
  TEST_CASE("YAML events become JSON of the same types") {
    CHECK(json("{a: 1, b: '1', c: 1.50, d: true, e: null, f: ~, g: yes, h: 010, i: -3}") ==
          "{\"a\":1,\"b\":\"1\",\"c\":1.50,\"d\":true,\"e\":null,\"f\":null,\"g\":\"yes\",\"h\":\"010\","
          "\"i\":-3}");
    CHECK(json("{a: 9007199254740993, b: 123456789012345678901234567890}") ==
          "{\"a\":9007199254740993,\"b\":123456789012345678901234567890}");
    CHECK(json("{b: 1, a: {x: [1, two, {y: z}], e: [], m: {}}}") ==
          "{\"b\":1,\"a\":{\"x\":[1,\"two\",{\"y\":\"z\"}],\"e\":[],\"m\":{}}}");
    CHECK(json("{\"a \\\"b\": 'C:\\x'}") == "{\"a \\\"b\":\"C:\\\\x\"}");
  }

  TEST_CASE("every way to give events") {
    DiagnosticSink sink("rules/rule.yml");
    const auto tests = read_rule_tests(*parse("tests:\n"
                                              "  - {name: a map, expect: match, event: {a: 1}}\n"
                                              "  - {name: raw, expect: no match, event: '{\"a\": 1e400}'}\n"
                                              "  - name: several\n"
                                              "    expect: match\n"
                                              "    events: [{a: 1}, '{\"b\":2}']\n"
                                              "  - {name: a file, expect: match, file: data/x.ndjson}\n")
                                            .find("tests"),
                                       {"rules/rule.yml", false, {}}, sink);
    CHECK(sink.diagnostics().empty());
    REQUIRE(tests.size() == 4);
    CHECK(tests[0].events == std::vector<std::string>{"{\"a\":1}"});
    CHECK(tests[0].expect.match);
    CHECK(tests[0].mark.line == 2);
    CHECK(tests[1].events == std::vector<std::string>{"{\"a\": 1e400}"});
    CHECK_FALSE(tests[1].expect.match);
    CHECK(tests[2].events == std::vector<std::string>{"{\"a\":1}", "{\"b\":2}"});
    CHECK(tests[3].events_file == "rules/data/x.ndjson");
  }

  TEST_CASE("malformed tests are errors with their line") {
    CHECK(reports("tests: nothing\n", "1", "`tests` is a list"));
    CHECK(reports("tests: []\n", "1", "`tests` is a list"));
    CHECK(problems("tests:\ntitle: x\n").size() == 1);
    CHECK(reports("tests: ~\n", "1", "`tests` is a list"));
    CHECK(reports("tests:\n  - text\n", "2", "a test is a map"));
    CHECK(reports("tests:\n  - {expect: match, event: {a: 1}}\n", "2", "no `name`"));
    CHECK(reports("tests:\n  - {name: x, event: {a: 1}}\n", "2", "what to `expect`"));
    CHECK(reports("tests:\n  - name: x\n    expect: maybe\n    event: {a: 1}\n", "3",
                  "`expect` is `match`, `no match`"));
    CHECK(reports("tests:\n  - {name: x, expect: match}\n", "2", "no event"));
    CHECK(reports("tests:\n  - name: x\n    expect: match\n    event: 5\n", "4", "an event is a map"));
    CHECK(reports("tests:\n  - name: x\n    expect: match\n    events: []\n", "4", "at least one event"));
    CHECK(reports("tests:\n  - name: x\n    expect: match\n    events:\n      - {a: 1}\n      - [1]\n", "6",
                  "an event is a map"));
    CHECK(reports("tests:\n  - name: x\n    expect: match\n    event: {a: 1}\n    file: x\n", "5",
                  "one of event, events, file and timeline"));
    CHECK(reports("tests:\n  - name: x\n    expects: match\n    event: {a: 1}\n", "3", "no key `expects`"));
    CHECK(reports("tests:\n  - name: x\n    expect: match\n    file: [x]\n", "4", "`file` is the path"));
  }

  TEST_CASE("timelines, with what they expect") {
    DiagnosticSink sink("rule.yml");
    const auto tests = read_rule_tests(*parse("tests:\n"
                                              "  - name: a burst\n"
                                              "    start: 2026-11-20T09:00:00Z\n"
                                              "    timeline: [{at: +0s, repeat: 3, event: {a: 1}}]\n"
                                              "    expect: {alerts: 1, group: {a: 1}, at: +0s}\n")
                                            .find("tests"),
                                       {"rule.yml", true, {"a"}}, sink);
    CHECK(sink.diagnostics().empty());
    REQUIRE(tests.size() == 1);
    REQUIRE(tests[0].timeline);
    CHECK(tests[0].timeline->start == 1'795'165'200'000'000'000);
    CHECK(tests[0].timeline->steps.at(0).at == tests[0].timeline->start);
    REQUIRE(tests[0].expect.described.size() == 1);
    CHECK(tests[0].expect.described[0].at == tests[0].timeline->start);
    CHECK(tests[0].expect.described[0].group == GroupValues{{"a", "1"}});
  }

  TEST_CASE("malformed timelines are errors with their line") {
    CHECK(reports("tests:\n  - name: x\n    expect: match\n    timeline: []\n", "4", "a list of steps"));
    CHECK(
        reports("tests:\n  - name: x\n    expect: match\n    start: noon\n    timeline: [{event: {a: 1}}]\n",
                "4", "`start` is a date and time"));
    CHECK(reports("tests:\n  - name: x\n    expect: match\n    start: 2026-11-20\n    event: {a: 1}\n", "4",
                  "`start` is that of a `timeline`"));
    CHECK(reports("tests:\n  - name: x\n    expect: {group: {a: 1}}\n    timeline: [{event: {a: 1}}]\n", "3",
                  "only alerts of a correlation"));
    const TestedRule correlation{"rules/rule.yml", true, {"a"}};
    CHECK(reports("tests:\n  - name: x\n    expect: {group: {b: 1}}\n    timeline: [{event: {a: 1}}]\n", "3",
                  "does not group by 'b'", correlation));
    CHECK(reports("tests:\n  - name: x\n    expect: match\n    event: {a: 1}\n", "4",
                  "a correlation is tested with a `timeline`", correlation));
    CHECK(problems("tests:\n  - {name: x, expect: match, file: a.ndjson}\n", correlation).empty());
  }

  TEST_CASE("a malformed test does not hide the others") {
    DiagnosticSink sink("rule.yml");
    const auto tests = read_rule_tests(
        *parse("tests:\n  - {name: bad}\n  - {name: good, expect: match, event: {a: 1}}\n").find("tests"),
        {"rule.yml", false, {}}, sink);
    CHECK(sink.error_count() == 2);
    REQUIRE(tests.size() == 1);
    CHECK(tests[0].name == "good");
  }

  TEST_CASE("no block is no error") {
    DiagnosticSink sink("rule.yml");
    CHECK(read_rule_tests(sigma::YamlNode{}, {}, sink).empty());
    CHECK(sink.diagnostics().empty());
  }
}
