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
