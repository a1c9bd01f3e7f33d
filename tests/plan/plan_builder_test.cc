// The plan: sharing of equal tests, and routing of events to rules by log source tables.
#include "plan/plan_builder.h"

#include <doctest/doctest.h>

#include <string>

#include "support/rule_fixture.h"

using namespace sigrun;
using test::Bench;

namespace {

std::string rule(const std::string& title, const std::string& logsource, const std::string& selection, const std::string& condition = "s") {
  return "title: " + title + "\nlogsource: " + logsource + "\ndetection: {s: " + selection + ", condition: " + condition + "}\n---\n";
}

const std::string tables =
    "taxonomy: web\norder: 10\nrecognise: {kind: web}\n"
    "logsources:\n  - {product: shop, category: webserver, fields: {status: [code]}}\n  - {product: shop, service: errors, when: {code|gte: 500}}\n"
    "fields: {uri: [path, u.path], method: [verb]}\ntime: {fields: [when], zone: '+01:00'}\nid: [[host, seq], [uuid]]\n"
    "---\n"
    "taxonomy: any-shop\norder: 20\nrecognise: {shop|exists: true}\nlogsources: [{product: shop}]\n"
    "---\n"
    "taxonomy: nested\nrecognise: {event.system.id|exists: true}\nlogsources: [{product: windows}]\n"
    "fields: {'*': ['event.data.{}', '{}']}\n";

}  // namespace

TEST_CASE("plan: equal tests are one predicate, whoever wrote them") {
  Bench bench(rule("A", "{product: p}", "{F|contains: x, G: 1}") + rule("B", "{product: p}", "{F: '*x*', G: 1.0}") + rule("C", "{product: q}", "{F|contains: X}"));
  // F contains x, G equals 1, F contains X (told apart by its written case)
  CHECK(bench.plan().predicates.size() == 3);
  CHECK(bench.hits(R"({"F":"axb","G":1})") == "A,B,C");
}

TEST_CASE("plan: tests that differ in a flag are not shared") {
  Bench bench(rule("A", "{product: p}", "{F|re: a}") + rule("B", "{product: p}", "{F|re|i: a}") + rule("C", "{product: p}", "{F|cased: A}") +
              rule("D", "{product: p}", "{F: A}") + rule("E", "{product: p}", "{F|fieldref: G}") + rule("G", "{product: p}", "{F|fieldref: H}") +
              rule("I", "{product: p}", "{F|hour: 1}") + rule("J", "{product: p}", "{F|day: 1}") + rule("K", "{product: p}", "{F|exists: true}"));
  CHECK(bench.plan().predicates.size() == 9);
  CHECK(bench.hits(R"({"F":"A","G":"b","H":"a"})") == "B,C,D,G,K");
}

TEST_CASE("routing off: every rule on every event, names as written") {
  Bench bench(rule("A", "{product: shop}", "{uri: /x}") + rule("B", "{product: windows}", "{uri: /x}"), tables, Routing::off);
  CHECK(bench.hits(R"({"kind":"web","uri":"/x"})") == "A,B");
  CHECK(bench.hits(R"({"kind":"web","path":"/x"})") == "");
  CHECK_FALSE(bench.match(R"({"kind":"web","uri":"/x"})").unrecognised);
}

TEST_CASE("routing: a recognised event runs the rules of its log sources only") {
  Bench bench(rule("Shop", "{product: shop}", "{uri: /x}") + rule("Web", "{category: webserver}", "{uri: /x}") +
                  rule("Errors", "{service: errors}", "{uri: /x}") + rule("Windows", "{product: windows}", "{uri: /x}"),
              tables, Routing::automatic);
  CHECK(bench.hits(R"({"kind":"web","path":"/x","code":200})") == "Shop,Web");
  CHECK(bench.hits(R"({"kind":"WEB","path":"/x","code":503})") == "Shop,Web,Errors");
  CHECK_FALSE(bench.match(R"({"kind":"web"})").unrecognised);
}

TEST_CASE("routing: the first table in order owns the event") {
  Bench bench(rule("Web", "{category: webserver}", "{uri: /x}"), tables, Routing::automatic);
  CHECK(bench.hits(R"({"kind":"web","shop":1,"path":"/x"})") == "Web");
  CHECK(bench.hits(R"({"shop":1,"path":"/x","uri":"/x"})") == "");  // the second table has no webserver
}

TEST_CASE("routing: spellings in order, the first one present counts, even if it is null") {
  Bench bench(rule("A", "{product: shop, category: webserver}", "{uri: /x}"), tables, Routing::automatic);
  CHECK(bench.hits(R"({"kind":"web","path":"/x"})") == "A");
  CHECK(bench.hits(R"({"kind":"web","u":{"path":"/x"}})") == "A");
  CHECK(bench.hits(R"({"kind":"web","uri":"/x"})") == "A");  // the template: the name itself
  CHECK(bench.hits(R"({"kind":"web","path":"/y","u":{"path":"/x"}})") == "");
  CHECK(bench.hits(R"({"kind":"web","path":null,"u":{"path":"/x"}})") == "");
}

TEST_CASE("routing: an entry's own spellings hold under that entry alone") {
  Bench bench(rule("Web", "{category: webserver}", "{status: 500}") + rule("Errors", "{service: errors}", "{status: 500}"), tables, Routing::automatic);
  CHECK(bench.hits(R"({"kind":"web","code":500})") == "Web");
  CHECK(bench.hits(R"({"kind":"web","code":500,"status":500})") == "Web,Errors");
}

TEST_CASE("routing: templates") {
  Bench bench(rule("A", "{product: windows}", "{Image: x}"), tables, Routing::automatic);
  CHECK(bench.hits(R"({"event":{"system":{"id":1},"data":{"Image":"x"}}})") == "A");
  CHECK(bench.hits(R"({"event":{"system":{"id":1}},"Image":"x"})") == "A");
  CHECK(bench.hits(R"({"event":{"system":{"id":1},"data":{"Image":"y"}},"Image":"x"})") == "");
}

TEST_CASE("routing fails open: an event that no table knows is tried where it has a positively tested field") {
  Bench bench(rule("Shop", "{product: shop}", "{uri: /x}") + rule("Other", "{product: other}", "{F: a}") + rule("Negative", "{product: other}", "{F: a}", "not s") +
                  rule("Absent", "{product: other}", "{G: null}") + rule("Keyword", "{product: other}", "[needle]"),
              tables, Routing::automatic);
  auto stripped = bench.match(R"({"path":"/x"})");  // kind is gone
  CHECK(stripped.titles == std::vector<std::string>{"Shop"});
  CHECK(stripped.unrecognised);
  CHECK(bench.hits(R"({"F":"a"})") == "Other");
  CHECK(bench.hits(R"({"F":"b"})") == "");         // nothing positive about Negative
  CHECK(bench.hits(R"({"H":"x needle"})") == "Keyword");
  CHECK(bench.hits(R"({"H":"x"})") == "");         // nor about Absent
  CHECK(bench.hits(R"({"uri":"/x"})") == "Shop");  // the name as written, too
}

TEST_CASE("routing fails open: what counts as a positive test") {
  auto tried = [](const std::string& selection, const std::string& condition, const std::string& event) {
    return Bench(rule("A", "{product: other}", selection, condition), tables, Routing::automatic).hits(event) == "A";
  };
  CHECK(tried("{F: a}", "not not s", R"({"F":"a"})"));              // denied twice is asserted
  CHECK(tried("{F|neq: a}", "not s", R"({"F":"a"})"));
  CHECK(tried("{F|exists: false}", "not s", R"({"F":"a"})"));       // neither absent…
  CHECK(tried("{F: null}", "not s", R"({"F":"a"})"));               // …nor null
  CHECK(tried("[needle]", "not not s", R"({"G":"needle"})"));
  CHECK_FALSE(tried("{F|neq: a}", "s", R"({"F":"b"})"));
  CHECK_FALSE(tried("{F|exists: false}", "s", R"({"G":"b"})"));
  CHECK_FALSE(tried("[needle]", "not s", R"({"G":"hay"})"));
}

TEST_CASE("routing fails open: a rule is tried once though several of its fields are there") {
  Bench bench(rule("A", "{product: other}", "{F: a, G: b}"), tables, Routing::automatic);
  CHECK(bench.hits(R"({"F":"a","G":"b"})") == "A");
  CHECK(bench.hits(R"({"F":["a","a"],"G":"b"})") == "A");
}

TEST_CASE("routing fixed: every event is of one log source, its table spells the fields") {
  sigma::LogSource fixed{"shop", "webserver", "", {}};
  Bench bench(rule("Web", "{product: shop, category: webserver}", "{status: 500, uri: /x}") + rule("Shop", "{product: shop}", "{uri: /x}") +
                  rule("Windows", "{product: windows}", "{uri: /x}"),
              tables, Routing::fixed, fixed);
  CHECK(bench.hits(R"({"path":"/x","code":500})") == "Web,Shop");
  CHECK(bench.hits(R"({"path":"/x","kind":"other"})") == "Shop");
  CHECK_FALSE(bench.match(R"({})").unrecognised);
}

TEST_CASE("routing: recognise and when see the table's spellings") {
  Bench bench(rule("A", "{product: p}", "{x: y}"),
              "taxonomy: t\nrecognise: {EventID|exists: true}\nlogsources: [{product: p, when: {EventID: 7}}]\nfields: {EventID: [winlog.event_id]}\n", Routing::automatic);
  CHECK(bench.hits(R"({"winlog":{"event_id":7},"x":"y"})") == "A");
  CHECK(bench.hits(R"({"winlog":{"event_id":8},"x":"y"})") == "");
}

TEST_CASE("plan: muted rules do not hit") {
  Bench bench("title: A\nname: a\nlogsource: {product: p}\ndetection: {s: {F: x}, condition: s}\n---\n"
              "title: C\ncorrelation: {type: temporal, rules: [a], timespan: 1m}\n");
  CHECK(bench.hits(R"({"F":"x"})") == "");
}

namespace {

// The time of an event, or -1; `tables` has zone +01:00 and the default lateness for the table `web`.
int64_t time_of(Bench& bench, const char* event) {
  bench.match(event);
  return bench.matcher().time().value_or(-1);
}

}  // namespace

TEST_CASE("plan: times are where the tables say, unless somebody says otherwise") {
  const std::string rules = rule("A", "{product: shop}", "{uri: /x}");
  const char* const web = R"({"kind":"web","when":"1970-01-01 02:00:00","mine":"1970-01-01 00:00:09","path":"/x"})";
  const char* const other = R"({"uri":"/x","timestamp":"1970-01-01 00:00:05","mine":"1970-01-01 00:00:09"})";
  {
    Bench bench(rules, tables, Routing::automatic);
    CHECK(time_of(bench, web) == 3'600'000'000'000);
    CHECK(bench.matcher().lateness_seconds() == 120);
    CHECK(time_of(bench, other) == 5'000'000'000);
    CHECK(bench.matcher().lateness_seconds() == 120);
  }
  {
    TimeOptions time;
    time.fields = {"absent", "mine"};
    Bench bench(rules, tables, Routing::automatic, {}, {}, CostClock(), time);
    CHECK(time_of(bench, web) == 9'000'000'000 - 3'600'000'000'000);  // the table's zone stays
    CHECK(time_of(bench, other) == 9'000'000'000);
    // These fields and no others.
    CHECK(time_of(bench, R"({"kind":"web","when":"1970-01-01 02:00:00"})") == -1);
    CHECK(time_of(bench, R"({"uri":"/x","timestamp":"1970-01-01 00:00:05"})") == -1);
  }
  {
    TimeOptions time;
    time.zone_seconds = -60;
    time.lateness_seconds = 7;
    Bench bench(rules, tables, Routing::automatic, {}, {}, CostClock(), time);
    CHECK(time_of(bench, web) == 7'260'000'000'000);
    CHECK(bench.matcher().lateness_seconds() == 7);
    CHECK(time_of(bench, other) == 65'000'000'000);
    CHECK(bench.matcher().lateness_seconds() == 7);
  }
}

TEST_CASE("plan: a time field that a person names may be one that the table spells") {
  const std::string rules = rule("A", "{product: windows}", "{Image: x}");
  TimeOptions time;
  time.fields = {"UtcTime"};
  Bench bench(rules, tables, Routing::automatic, {}, {}, CostClock(), time);
  CHECK(time_of(bench, R"({"event":{"system":{"id":1},"data":{"UtcTime":"1970-01-01 00:00:03"}}})") == 3'000'000'000);
  // As it is written comes first.
  CHECK(time_of(bench, R"({"UtcTime":1,"event":{"system":{"id":1},"data":{"UtcTime":"1970-01-01 00:00:03"}}})") == 1'000'000'000);
  CHECK(time_of(bench, R"({"Image":"x","event":{"data":{"UtcTime":"1970-01-01 00:00:04"}}})") == 4'000'000'000);
}

TEST_CASE("plan: lateness comes from the table, also where the log source is given") {
  const std::string rules = rule("A", "{product: cloud}", "{a: x}");
  const std::string late =
      "taxonomy: a\nrecognise: {kind: a}\nlogsources: [{product: cloud, service: trail}]\ntime: {fields: [t], lateness: 15m}\n"
      "---\ntaxonomy: b\nrecognise: {kind: b}\nlogsources: [{product: cloud, service: prompt}]\ntime: {fields: [t], lateness: 0s}\n";
  const auto lateness = [&](Routing routing, sigma::LogSource fixed, const char* event) {
    Bench bench(rules, late, routing, std::move(fixed));
    bench.match(event);
    return bench.matcher().lateness_seconds();
  };
  const char* const a = R"({"kind":"a","a":"x"})";
  const char* const b = R"({"kind":"b","a":"x"})";
  CHECK(lateness(Routing::automatic, {}, a) == 900);
  CHECK(lateness(Routing::automatic, {}, b) == 0);
  CHECK(lateness(Routing::automatic, {}, R"({"a":"x"})") == 120);
  CHECK(lateness(Routing::off, {}, a) == 120);
  CHECK(lateness(Routing::fixed, {"cloud", "", "", {}}, b) == 900);
  CHECK(lateness(Routing::fixed, {"cloud", "", "prompt", {}}, a) == 0);
  CHECK(lateness(Routing::fixed, {"desert", "", "", {}}, a) == 120);
}
