// Limits::rule_budget_microseconds: a rule that uses it up is stopped on that event, told of, and tried
// again. The clock goes on by `step` whenever it is read, so that each look at it stands for so much work.
#include <doctest/doctest.h>

#include <atomic>
#include <string>

#include "support/engine_fixture.h"
#include "support/rule_fixture.h"

using namespace sigrun;
using test::Bench;
using test::Loaded;
using test::scan_events;
using Outcome = JsonWalker::Outcome;

namespace {

struct StepClock {
  std::atomic<uint64_t> step = 10, elapsed = 0, computing = 0;
  CostClock clock() {
    return CostClock(
        [this] {
          computing += step;
          return elapsed += step;
        },
        [this] { return computing.load(); });
  }
};

constexpr uint64_t slow = 2'000'000;  // more than the budget below

Limits one_millisecond() {
  Limits limits;
  limits.rule_budget_microseconds = 1000;
  return limits;
}

std::string rule(const std::string& title, const std::string& selection) {
  return "title: " + title + "\nlogsource: {product: p}\ndetection: {s: " + selection + ", condition: s}\n";
}

// So large that the time is looked at before each expression.
const std::string large = ",\"pad\":\"" + std::string(70'000, '.') + "\"";
// Four expressions, so that there is something to look at it for.
const std::string heavy = "{'F|re': 'aa.*b$', 'G|re': 'aa.*b$', 'H|re': 'aa.*b$', 'I|re': 'aa.*b$'}";
const std::string event = R"({"F":"aaxb","G":"aaxb","H":"aaxb","I":"aaxb","J":"x")" + large + "}";

}  // namespace

TEST_CASE("rule budget: a stopped rule gives no alert, degrades its event, and is tried on the next one") {
  StepClock time;
  Bench bench(rule("A", heavy) + "---\n" + rule("B", "{J: x}"), {}, Routing::off, {}, one_millisecond(),
              time.clock());
  time.step = slow;
  auto stopped = bench.match(event);
  CHECK(stopped.titles == std::vector<std::string>{"B"});
  CHECK(stopped.outcome == Outcome::degraded);
  CHECK(bench.matcher().over_budget() == std::vector<RuleIndex>{0});
  CHECK(bench.matcher().costs()[0].over_budget == 1);
  CHECK(bench.matcher().costs()[0].hits == 0);

  time.step = 10;
  auto done = bench.match(event);
  CHECK(done.titles == std::vector<std::string>{"A", "B"});
  CHECK(done.outcome == Outcome::sound);
  CHECK(bench.matcher().over_budget().empty());
  CHECK(bench.matcher().costs()[0].over_budget == 1);
}

TEST_CASE(
    "rule budget: many values of one field are looked at until time is up; no half answer reaches another "
    "rule") {
  StepClock time;
  // Both ask the same; the second one has to ask anew.
  Bench bench(rule("A", "{'F|re': 'aa.*b$'}") + "---\n" + rule("B", "{'F|re': 'aa.*b$', J: x}"), {},
              Routing::off, {}, one_millisecond(), time.clock());
  const std::string values = R"({"J":"x","F":["aa1","aa2","aa3","aa4","aa5","aaxb"])" + large + "}";
  time.step = slow;
  auto stopped = bench.match(values);
  CHECK(stopped.titles.empty());
  CHECK(stopped.outcome == Outcome::degraded);
  CHECK(bench.matcher().over_budget() == std::vector<RuleIndex>{0, 1});
  time.step = 10;
  CHECK(bench.hits(values) == "A,B");
}

TEST_CASE("rule budget: a list of tests is stopped between them, and no half answer is remembered") {
  StepClock time;
  std::string list = "[";
  for (int i = 0; i < 20; ++i) list += "'aa[c-w]{" + std::to_string(i) + ",}b$', ";
  Bench bench(rule("A", "{J: x, 'F|re': " + list + "'aa.*b$']}"), {}, Routing::off, {}, one_millisecond(),
              time.clock());
  for (int repeated = 0; repeated < 3; ++repeated) {
    time.step = slow;
    CHECK(bench.match(event).titles.empty());
    CHECK(bench.matcher().over_budget() == std::vector<RuleIndex>{0});
    time.step = 10;
    CHECK(bench.hits(event) == "A");
    bench.matcher().forget();
  }
}

TEST_CASE("rule budget: cheap tests are stopped as well") {
  StepClock time;
  std::string items = "{F: a";
  std::string fields = R"({"F":"a")";
  for (int i = 0; i < 500; ++i) {
    items += ", 'G" + std::to_string(i) + "|endswith': '" + std::to_string(i) + "x'";
    fields += ",\"G" + std::to_string(i) + "\":\"" + std::to_string(i) + "x\"";
  }
  Bench bench(rule("A", items + "}"), {}, Routing::off, {}, one_millisecond(), time.clock());
  CHECK(bench.hits(fields + "}") == "A");
  time.step = slow;
  CHECK(bench.hits(fields + "}") == "");
  CHECK(bench.matcher().over_budget() == std::vector<RuleIndex>{0});
}

TEST_CASE("rule budget: under a negation too, an unknown result is no match") {
  StepClock time;
  Bench bench(
      "title: A\nlogsource: {product: p}\ndetection: {s: {J: x}, f: " + heavy + ", condition: s and not f}\n",
      {}, Routing::off, {}, one_millisecond(), time.clock());
  time.step = slow;
  CHECK(bench.match(event).titles.empty());
  CHECK(bench.matcher().over_budget() == std::vector<RuleIndex>{0});
  time.step = 10;
  CHECK(bench.match(event).titles.empty());
  CHECK(bench.hits(R"({"J":"x"})") == "A");
}

TEST_CASE("rule budget: a rule that matches by one spelling was not stopped, whatever became of the other") {
  StepClock time;
  const std::string table =
      "taxonomy: t\nrecognise: {kind: t}\nlogsources:\n  - {product: p, fields: {F: [a.f]}}\n"
      "  - {product: p, category: c, fields: {F: [b.f]}}\n";
  Bench bench(rule("A", "{'F|re': 'aa.*b$'}"), table, Routing::automatic, {}, one_millisecond(),
              time.clock());
  const std::string dear = R"("b":{"f":["aa1","aa2","aa3","aa4"]})" + large;
  time.step = slow;
  auto both = bench.match(R"({"kind":"t","a":{"f":"aaxb"},)" + dear + "}");
  CHECK(both.titles == std::vector<std::string>{"A"});
  CHECK(both.outcome == Outcome::sound);
  CHECK(bench.matcher().over_budget().empty());
  CHECK(bench.matcher().costs()[0].over_budget == 0);
  CHECK(bench.match(R"({"kind":"t",)" + dear + "}").titles.empty());
  CHECK(bench.matcher().over_budget() == std::vector<RuleIndex>{0});
}

TEST_CASE("rule budget: field references are stopped between pairs") {
  StepClock time;
  Bench bench(rule("A", "{'F|fieldref': G}"), {}, Routing::off, {}, one_millisecond(), time.clock());
  std::string f, g;
  for (int i = 0; i < 40; ++i) {
    f += (i ? ",\"f" : "\"f") + std::to_string(i) + "\"";
    g += (i ? ",\"g" : "\"g") + std::to_string(i) + "\"";
  }
  const std::string pairs = "{\"F\":[" + f + ",\"same\"],\"G\":[" + g + ",\"same\"]}";
  CHECK(bench.hits(pairs) == "A");
  time.step = slow;
  CHECK(bench.match(pairs).outcome == Outcome::degraded);
  CHECK(bench.matcher().over_budget() == std::vector<RuleIndex>{0});
}

TEST_CASE("rule budget: each event is counted, each rule told of once in a scan, and the balance holds") {
  for (unsigned threads : {1u, 2u}) {
    StepClock time;
    Loaded loaded;
    loaded.options.limits = one_millisecond();
    loaded.options.limits.chunk_bytes = 1024;  // many batches
    loaded.options.cost_clock = time.clock();
    loaded.write("rules/a.yml", rule("A", heavy)).write("rules/b.yml", rule("B", "{J: x}")).load();
    REQUIRE(loaded.engine);
    time.step = slow;
    std::string events;
    for (int i = 0; i < 200; ++i) events += event + "\n";
    events += "{\"F\":\n{\"J\":\"y\"}\n";
    auto scanned = scan_events(*loaded.engine, events, threads);
    const Counters& counters = scanned.result.counters;
    CHECK(counters.rules_over_budget == 200);
    CHECK(counters.degraded == 200);
    CHECK(counters.rejected >= 1);
    CHECK(counters.balanced());
    CHECK(scanned.alerts.size() == 200);  // of B
    REQUIRE(scanned.health.size() == 1);
    CHECK(scanned.health[0].rule->title == "A");
    CHECK(scanned.health[0].message.find("stopped on this event after 1 ms") != std::string::npos);
    CHECK(scanned.health[0].matches.empty());
    CHECK(scanned.health[0].id != scanned.alerts[0].id);
    CHECK(scanned.result.costs.rules[0].over_budget == 200);

    time.step = 10;
    auto quick = scan_events(*loaded.engine, events, threads);
    CHECK(quick.result.counters.rules_over_budget == 0);
    CHECK(quick.alerts.size() == 400);
    CHECK(quick.health.empty());
  }
}

TEST_CASE("rule budget: costs of all threads come together") {
  for (unsigned threads : {1u, 2u}) {
    Loaded loaded;
    loaded.options.limits.chunk_bytes = 1024;
    loaded.write("rules/a.yml", rule("A", "{J: x}")).load();
    std::string events;
    for (int i = 0; i < 200; ++i) events += event + "\n";
    auto scanned = scan_events(*loaded.engine, events, threads);
    const RuleCosts& costs = scanned.result.costs;
    REQUIRE(costs.rules.size() == 1);
    CHECK(costs.rules[0].candidates == 200);
    CHECK(costs.rules[0].hits == 200);
    CHECK(costs.rules[0].over_budget == 0);
    CHECK(costs.nanoseconds > costs.rules[0].nanoseconds);
  }
}
