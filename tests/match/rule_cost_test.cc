// What rules cost, by a clock that goes on by ten nanoseconds each time that it is read.
#include "match/rule_cost.h"

#include <doctest/doctest.h>

#include <string>

#include "support/rule_fixture.h"

using namespace sigrun;
using test::Bench;

namespace {

CostClock step_clock(uint64_t& time) {
  return CostClock([&time] { return time += 10; }, [] { return 0; });
}

std::string rule(const std::string& title, const std::string& detection) {
  return "title: " + title + "\nlogsource: {product: p}\ndetection: {" + detection + "}\n";
}

}  // namespace

TEST_CASE("rule cost: candidates, hits and time are those of the rules that could not be ruled out") {
  uint64_t time = 0;
  Bench bench(
      rule("A", "s: {F: a}, t: {G: b}, condition: s and t") + "---\n" + rule("B", "s: {F: c}, condition: s"),
      {}, Routing::off, {}, {}, step_clock(time));
  for (const char* event :
       {R"({"F":"a","G":"b"})", R"({"F":"a","G":"x"})", R"({"F":"z","G":"z"})", R"({"F":"a","G":"b"})"})
    bench.match(event);
  const auto costs = bench.matcher().costs();
  REQUIRE(costs.size() == 2);
  CHECK(costs[0].candidates >= 2);
  CHECK(costs[0].candidates <= 3);  // as the rule is found by F or by G
  CHECK(costs[0].hits == 2);
  CHECK(costs[0].nanoseconds == 10 * costs[0].candidates);
  CHECK(costs[1].candidates == 0);
  CHECK(costs[1].hits == 0);
  CHECK(costs[1].nanoseconds == 0);
}

TEST_CASE("rule cost: a test that makes sure of what was found is the rule's") {
  uint64_t time = 0;
  Bench bench(rule("A", "s: {'F|re': 'needle.*x$'}, condition: s"), {}, Routing::off, {}, {},
              step_clock(time));
  CHECK(bench.hits(R"({"F":"hay"})") == "");
  CHECK(bench.matcher().costs()[0].candidates == 0);
  CHECK(bench.hits(R"({"F":"a needle and no"})") == "");
  CHECK(bench.matcher().costs()[0].candidates == 1);
  CHECK(bench.matcher().costs()[0].nanoseconds == 10);
  CHECK(bench.hits(R"({"F":"a needle and x"})") == "A");
  CHECK(bench.matcher().costs()[0].candidates == 2);
  CHECK(bench.matcher().costs()[0].hits == 1);
  CHECK(bench.matcher().costs()[0].nanoseconds == 30);
}

TEST_CASE("rule cost: searching for the keywords of all rules is nobody's") {
  uint64_t time = 0;
  Bench bench(rule("A", "k: {'|all': [k1, k2, k3, k4, k5, k6, k7, k8, k9, k10]}, condition: k"), {}, Routing::off, {},
              {}, step_clock(time));
  CHECK(bench.hits(R"({"F":"k1 k2 k3 k4 k5 k6 k7 k8 k9 k10"})") == "A");
  // The first of them are looked for one by one, the others by one search. Two readings around the trigger; two around the rule
  // and two around the search in it, of whose time only what lies outside counts.
  CHECK(bench.matcher().costs()[0].nanoseconds == 10 + 20);
}

TEST_CASE("rule cost: what is tried often is measured on some events, which stand for the others") {
  uint64_t time = 0;
  Bench bench(rule("A", "s: {F: a}, condition: s"), {}, Routing::off, {}, {}, step_clock(time));
  for (int i = 0; i < 16'000; ++i) bench.match(R"({"F":"a"})");
  const uint64_t readings = time / 10;
  CHECK(readings < 2 * 16'000 / 10);
  const RuleCost cost = bench.matcher().costs()[0];
  CHECK(cost.candidates == 16'000);
  CHECK(cost.hits == 16'000);
  CHECK(cost.nanoseconds > 150'000);  // of 160,000
  CHECK(cost.nanoseconds < 170'000);
}

TEST_CASE("rule cost: a rule that several spellings match on one event hit it once") {
  uint64_t time = 0;
  const std::string tables =
      "taxonomy: t\nrecognise: {kind: t}\nlogsources: [{product: p}]\nfields: {F: [a.f]}\n"
      "---\ntaxonomy: u\nrecognise: {kind: u}\nlogsources: [{product: p}]\nfields: {F: [b.f]}\n";
  Bench bench(rule("A", "s: {F: a}, condition: s"), tables, Routing::automatic, {}, {}, step_clock(time));
  CHECK(bench.hits(R"({"a":{"f":"a"},"b":{"f":"a"}})") == "A");
  CHECK(bench.matcher().costs()[0].hits == 1);
  CHECK(bench.matcher().costs()[0].candidates >= 1);
}

TEST_CASE("rule cost: sums over threads") {
  RuleCosts costs;
  costs.add({{1, 1, 5}, {2, 0, 7}});
  costs.add({{10, 1, 50}, {0, 0, 0}});
  REQUIRE(costs.rules.size() == 2);
  CHECK(costs.rules[0].candidates == 11);
  CHECK(costs.rules[0].hits == 2);
  CHECK(costs.rules[0].nanoseconds == 55);
  CHECK(costs.rules[1].nanoseconds == 7);
}
