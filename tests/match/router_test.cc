// Routing: what is remembered by values must not hide what depends on anything else.
#include <doctest/doctest.h>

#include <string>

#include "support/rule_fixture.h"

using namespace sigrun;
using test::Bench;

namespace {

const std::string tables =
    "taxonomy: a\norder: 1\nrecognise: {Channel: a}\n"
    "logsources:\n"
    "  - {product: p, category: one, when: {EventID: 1}}\n"
    "  - {product: p, category: two, when: {EventID: 2, Message|contains: two}}\n"
    "  - {product: p, category: none, when: {EventID|exists: false}}\n"
    "---\ntaxonomy: b\norder: 2\nrecognise: {Message|startswith: b-}\nlogsources: [{product: p, category: b}]\n"
    "---\ntaxonomy: c\norder: 3\nrecognise: {Other|exists: false}\nlogsources: [{product: p, category: c}]\n";

std::string rule(const std::string& category) {
  return "title: " + category + "\nlogsource: {product: p, category: " + category +
         "}\ndetection: {s: {F: x}, condition: s}\n---\n";
}

std::string rules() { return rule("one") + rule("two") + rule("none") + rule("b") + rule("c"); }

}  // namespace

TEST_CASE("router: entries by values, by patterns and by absence") {
  Bench bench(rules(), tables, Routing::automatic);
  for (int round = 0; round < 2; ++round) {  // the second time from memory
    CHECK(bench.hits(R"({"Channel":"a","EventID":1,"F":"x"})") == "one");
    CHECK(bench.hits(R"({"Channel":"a","EventID":"1","F":"x"})") == "one");
    CHECK(bench.hits(R"({"Channel":"a","EventID":[3,1],"F":"x"})") == "one");
    CHECK(bench.hits(R"({"Channel":"a","EventID":2,"Message":"one or two","F":"x"})") == "two");
    CHECK(bench.hits(R"({"Channel":"a","EventID":2,"Message":"one","F":"x"})") == "");
    CHECK(bench.hits(R"({"Channel":"a","EventID":2,"F":"x"})") == "");
    CHECK(bench.hits(R"({"Channel":"a","F":"x"})") == "none");
    CHECK(bench.hits(R"({"Channel":"A","F":"x"})") == "none");
    CHECK(bench.hits(R"({"Channel":"z","Message":"b-","F":"x"})") == "b");
    CHECK(bench.hits(R"({"Channel":"z","Message":"c-","F":"x"})") == "c");
    CHECK(bench.hits(R"({"F":"x"})") == "c");
  }
}

TEST_CASE("router: routing fields too long to remember, and too many to keep") {
  Bench bench(rules(), tables, Routing::automatic);
  CHECK(bench.hits("{\"Channel\":[\"" + std::string(5000, 'z') + "\",\"a\"],\"EventID\":1,\"F\":\"x\"}") == "one");
  for (int i = 0; i < 5000; ++i)
    CHECK(bench.hits("{\"Channel\":\"a\",\"EventID\":" + std::to_string(i % 2500) + ",\"F\":\"x\"}") ==
          (i % 2500 == 1 ? "one" : ""));
}
