// Matching whole events: outcomes, time, identity, and hits in the order of rules.
#include "match/matcher.h"

#include <doctest/doctest.h>

#include <string>

#include "event/timestamp.h"
#include "support/rule_fixture.h"

using namespace sigrun;
using test::Bench;
using Outcome = JsonWalker::Outcome;

namespace {

const std::string tables =
    "taxonomy: t\nrecognise: {kind: t}\nlogsources: [{product: test}]\nfields: {When: [when, w.at]}\n"
    "time: {fields: [When, other], zone: '+02:00'}\nid: [[host, seq], [uuid]]\n"
    "---\ntaxonomy: hidden\nlogsources: [{product: other}]\ntime: {fields: [odd_time]}\n";

std::string time_of(Bench& bench, std::string_view event) {
  bench.match(event);
  auto time = bench.matcher().time();
  return time ? format_time(*time).c_str() : "none";
}

}  // namespace

TEST_CASE("matcher: a text that cannot be decoded degrades events whose rules test it") {
  Bench bench(
      "title: A\nlogsource: {product: test, category: a}\ndetection: {s: {F: x, G: y}, condition: s}\n---\n"
      "title: B\nlogsource: {product: test, category: b}\ndetection: {s: {H: x}, condition: s}\n",
      "taxonomy: t\nrecognise: {kind|exists: true}\nlogsources: [{product: test, category: a, when: {kind: a}}, "
      "{product: test, category: b, when: {kind: b}}]\n",
      Routing::automatic);
  for (const char* broken : {R"("\ud800")", R"("\x")", R"(["x","\ud800"])"}) {
    const std::string value = broken;
    // Whether or not the rule gets as far as that field.
    CHECK(bench.match(R"({"kind":"a","F":)" + value + "}").outcome == Outcome::degraded);
    CHECK(bench.match(R"({"kind":"a","F":"z","G":)" + value + "}").outcome == Outcome::degraded);
    CHECK(bench.match(R"({"kind":"a","H":)" + value + "}").outcome == Outcome::sound);
    CHECK(bench.match(R"({"kind":"b","H":)" + value + "}").outcome == Outcome::degraded);
    CHECK(bench.match(R"({"kind":"b","other":)" + value + "}").outcome == Outcome::sound);
    CHECK(bench.match(R"({"H":)" + value + "}").outcome == Outcome::degraded);  // no table knows it
  }
}

TEST_CASE("matcher: hits in the order of rules, each once") {
  Bench bench(
      "title: B\nlogsource: {product: p}\ndetection: {s: {F: a}, condition: s}\n---\n"
      "title: A\nlogsource: {product: p}\ndetection: {s: {G: a}, condition: s}\n");
  CHECK(bench.hits(R"({"G":"a","F":["a","a"]})") == "B,A");
}

TEST_CASE("matcher: time by the table's fields and zone") {
  Bench bench(test::rule_with_items("F: a"), tables, Routing::automatic);
  CHECK(time_of(bench, R"({"kind":"t","when":"2026-11-20 10:00:00"})") == "2026-11-20T08:00:00.000Z");
  CHECK(time_of(bench, R"({"kind":"t","w":{"at":"2026-11-20T10:00:00Z"}})") == "2026-11-20T10:00:00.000Z");
  CHECK(time_of(bench, R"({"kind":"t","when":"soon","other":1700000000})") == "2023-11-14T22:13:20.000Z");
  CHECK(time_of(bench, R"({"kind":"t","timestamp":"2026-11-20 10:00:00"})") == "none");
  CHECK(time_of(bench, R"({"kind":"t","when":["x","2026-11-20T10:00:00Z"]})") == "2026-11-20T10:00:00.000Z");
}

TEST_CASE("matcher: time of events that no table knows, by common fields and by those of the tables") {
  Bench bench(test::rule_with_items("F: a"), tables, Routing::automatic);
  CHECK(time_of(bench, R"({"@timestamp":"2026-11-20T10:00:00Z"})") == "2026-11-20T10:00:00.000Z");
  CHECK(time_of(bench, R"({"odd_time":"2026-11-20T10:00:00Z"})") == "2026-11-20T10:00:00.000Z");
  CHECK(time_of(bench, R"({"F":"2026-11-20T10:00:00Z"})") == "none");
}

TEST_CASE("matcher: the event's own id is its table's first alternative that is whole") {
  Bench bench(test::rule_with_items("F: a"), tables, Routing::automatic);
  auto id = [&](std::string_view event) {
    bench.match(event);
    return std::string(bench.matcher().own_id());
  };
  CHECK(id(R"({"kind":"t","host":"h","seq":7})") == id(R"({"seq":7,"kind":"t","host":"h","uuid":"u"})"));
  CHECK(id(R"({"kind":"t","host":"h","seq":7})") != id(R"({"kind":"t","host":"h7","seq":""})"));
  CHECK(id(R"({"kind":"t","host":"h","uuid":"u"})") != "");
  CHECK(id(R"({"kind":"t","host":"h"})") == "");
  CHECK(id(R"({"host":"h","seq":7})") == "");
}

TEST_CASE("matcher: outcomes") {
  Bench bench(test::rule_with_items("F: a"));
  CHECK(bench.match(R"({"F":"a"})").outcome == Outcome::sound);
  CHECK(bench.match(R"({"F":1e400})").outcome == Outcome::degraded);
  CHECK(bench.match(R"({"G":1e400,"F":"a"})").outcome == Outcome::sound);  // nobody wants G
  CHECK(bench.match("{\"F\":\"a\",\"G\":\"\xFF\"}").outcome == Outcome::degraded);
  CHECK(bench.match("{\"F\":\"a\",\"G\":\"\xFF\"}").titles.size() == 1);
}

TEST_CASE("matcher: an event that cannot be followed matches nothing and says why") {
  Bench bench(test::rule_with_items("F|neq: a"));
  auto result = bench.match(R"({"F":"b" "G":1})");
  CHECK(result.outcome == Outcome::broken);
  CHECK(result.titles.empty());
  CHECK(bench.matcher().problem() != "");
  CHECK(bench.match("{}").titles.size() == 1);
}

TEST_CASE("matcher: top-level keys describe an event") {
  Bench bench(test::rule_with_items("F: a"));
  bench.match(R"({"b":{"x":1},"a":[{"y":2}],"c\u0041":3})");
  CHECK(bench.matcher().top_level_keys() == "a,b,cA");
}
