#include "alert/render.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>

#include "support/json_value.h"
#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

RuleInfo whole_rule() {
  RuleInfo rule;
  rule.id = "3a1f0c52";
  rule.title = "A \"title\"";
  rule.author = "A, B";
  rule.level = sigma::Level::high;
  rule.tags = {"attack.t1059", "cve.2024-1"};
  return rule;
}

// `event` must live as long.
Alert alert_of(RuleInfo rule, std::string_view event) {
  Alert alert;
  alert.id = std::string(32, 'a');
  alert.rule = std::make_shared<const RuleInfo>(std::move(rule));
  alert.file = "in.ndjson";
  alert.line = 3;
  alert.offset = 99;
  alert.event = event;
  return alert;
}

std::string render(const Alert& alert) {
  std::string out;
  render_ndjson(alert, out);
  return out;
}

// The line, checked: one line, valid JSON, after the schema.
test::JsonValue read(const std::string& line) {
  INFO(line);
  REQUIRE(std::count(line.begin(), line.end(), '\n') == 1);
  REQUIRE(line.back() == '\n');
  auto value = test::parse_json(line);
  REQUIRE(value);
  CHECK(test::alert_schema_problem(*value) == "");
  return *value;
}

}  // namespace

TEST_CASE("render: every member") {
  Alert alert = alert_of(whole_rule(), R"({"a": 1})");
  alert.time = "2026-11-20T08:15:00.000Z";
  alert.matches = {{"a", "1", "", "1"}, {"", "x", "re|i", "X+"}};
  CHECK(render(alert) ==
        R"({"schema":1,"id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","kind":"detection","time":"2026-11-20T08:15:00.000Z",)"
        R"("rule":{"id":"3a1f0c52","title":"A \"title\"","level":"high","tags":["attack.t1059","cve.2024-1"],"author":"A, B"},)"
        R"("source":{"file":"in.ndjson","line":3,"offset":99},)"
        R"("matches":[{"field":"a","value":"1","modifier":"","pattern":"1"},{"field":"","value":"x","modifier":"re|i","pattern":"X+"}],)"
        R"("event":{"a": 1}})" "\n");
  read(render(alert));
}

TEST_CASE("render: a health alert says what happened, and gives no reasons") {
  Alert alert = alert_of(whole_rule(), R"({"a": 1})");
  alert.kind = AlertKind::health;
  alert.message = "a \"message\"";
  auto value = read(render(alert));
  CHECK(value.text_of("kind") == "health");
  CHECK(value.text_of("message") == "a \"message\"");
}

TEST_CASE("render: members without anything to say are left out") {
  RuleInfo rule;
  rule.id = rule.title = "r";
  auto value = read(render(alert_of(rule, "{}")));
  CHECK_FALSE(value.find("time"));
  CHECK_FALSE(value.find("rule")->find("level"));
  CHECK_FALSE(value.find("rule")->find("author"));
  CHECK(value.find("rule")->find("tags")->items.empty());
  CHECK(value.find("matches")->items.empty());
}

TEST_CASE("render: a pretty-printed event stands on one line and says the same") {
  auto value = read(render(alert_of(whole_rule(), "{\r\n  \"a\": \"x\\ny\",\n  \"b\": [1,\n2]\n}")));
  CHECK(value.find("event")->text_of("a") == "x\ny");
  CHECK(value.find("event")->find("b")->items.size() == 2);
}

TEST_CASE("render: an event that is no valid JSON becomes a text, so that the alert can be read") {
  for (const std::string event : {R"({"a":tru})", R"({"a":01})", R"({"a":"\x"})", R"({"a":1.})", R"({"a":NaN})", R"({"a":+1})", R"({"a":"\u12"})"}) {
    auto value = read(render(alert_of(whole_rule(), event)));
    CHECK(value.find("event")->is(test::JsonValue::Kind::text));
    CHECK(value.text_of("event") == event);
  }
  auto value = read(render(alert_of(whole_rule(), "{\"a\":\"\xFF\"}")));
  CHECK(value.text_of("event") == "{\"a\":\"\xEF\xBF\xBD\"}");
  value = read(render(alert_of(whole_rule(), R"({"a":1e400,"b":"\ud800"})")));
  CHECK(value.find("event")->is(test::JsonValue::Kind::object));
}

TEST_CASE("render: any bytes in any member give valid JSON") {
  std::mt19937_64 random(test::announce_seed("render"));
  auto bytes = [&] {
    std::string text(1 + random() % 12, 'x');
    for (char& c : text) c = static_cast<char>(random() % 256);
    return text;
  };
  for (int i = 0; i < 500; ++i) {
    RuleInfo rule = whole_rule();
    rule.id = bytes();
    rule.title = bytes();
    rule.author = bytes();
    rule.tags = {bytes()};
    Alert alert = alert_of(rule, "{}");
    const std::string file = bytes(), field = bytes(), text = bytes(), modifier = bytes(), pattern = bytes();
    alert.file = file;
    const std::string event = random() % 2 ? bytes() : "{}";
    alert.event = event;
    alert.matches = {{field, std::string_view(text), modifier, pattern}};
    auto value = test::parse_json(render(alert));
    REQUIRE(value);
    // Random bytes may be valid JSON of another kind than an object; the engine never alerts on those.
    if (event == "{}") REQUIRE(test::alert_schema_problem(*value) == "");
  }
}

TEST_CASE("render: the check of the schema finds what is wrong") {
  const std::string good = render(alert_of(whole_rule(), "{}"));
  auto broken = [&](const std::string& from, const std::string& to) {
    std::string line = good;
    line.replace(line.find(from), from.size(), to);
    return test::alert_schema_problem(*test::parse_json(line));
  };
  CHECK(broken("\"schema\":1", "\"schema\":2") == "alert.schema is not 1");
  CHECK(broken("\"line\":3", "\"line\":\"3\"") == "source.line has the wrong type");
  CHECK(broken("\"line\":3", "\"line\":-3") == "source.line or source.offset is no whole number");
  CHECK(broken("aaaa", "zzzz") == "alert.id is not 32 hex digits");
  CHECK(broken("\"high\"", "\"urgent\"") == "rule.level is unknown");
  CHECK(broken("\"title\"", "\"name\"") == "rule has the unknown member name");
  CHECK(broken("\"matches\":[],", "") == "alert.matches is missing");
  CHECK(broken("\"event\":{}", "\"event\":[]") == "alert.event has the wrong type");
}
