// Rule files made to be expensive: deep, repeated, chained and expanding ones are refused or read in linear time.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "hostile/growth.h"
#include "sigma/placeholders.h"
#include "sigma/rule_reader.h"
#include "sigma/rule_set.h"
#include "support/rule_fixture.h"

using namespace sigrun;
using namespace sigrun::sigma;

namespace {

std::string rule(const std::string& detection, const std::string& name = {}) {
  return "title: R\n" + (name.empty() ? "" : "name: " + name + "\n") +
         "logsource: {product: p}\ndetection: " + detection + "\n---\n";
}

std::string repeated(size_t count, const std::string& before, const std::string& after) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += before + std::to_string(i) + after;
  return text;
}

std::string filters(size_t count) {
  return repeated(count, "title: F\nlogsource: {product: p}\nfilter: {rules: any, s: {F: x",
                  "}, condition: not s}\n---\n");
}

// Correlations that refer to the next one each, the last one to `end`: the worst order for whoever goes round by round.
std::string chain(size_t count, const std::string& end) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    std::string next = i + 1 < count ? "c" + std::to_string(i + 1) : end;
    text += "title: C\nname: c" + std::to_string(i) + "\ncorrelation: {type: temporal, rules: [" + next +
            "], timespan: 1m}\n---\n";
  }
  return text;
}

struct Linked {
  RuleSet set;
  std::string said;
};

Linked link(const std::vector<std::string>& files, const Limits& limits = {}) {
  Linked linked;
  DiagnosticSink sink("r.yml");
  for (const std::string& text : files) linked.set.add(read_rules(text, limits, sink));
  linked.set.link(limits, sink);
  linked.set.link_correlations(limits, sink);
  for (const Diagnostic& diagnostic : sink.diagnostics()) linked.said += diagnostic.to_string() + "\n";
  return linked;
}

size_t depth_of(const Condition& condition) {
  size_t deepest = 0;
  for (const Condition& child : condition.children) deepest = std::max(deepest, depth_of(child));
  return 1 + deepest;
}

Limits roomy() {
  Limits limits;
  limits.yaml_bytes = 16 << 20;
  limits.yaml_nodes = 4'000'000;
  limits.correlation_depth = limits.correlation_rules = 1'000'000;
  return limits;
}

// Values of one rule's `F|expand: pattern`, or why there are none.
std::string expanded(const std::string& pattern, const PlaceholderValues& values, const Limits& limits,
                     size_t items = 1) {
  std::string selection = repeated(items, "F", "|expand: '" + pattern + "', ");
  DiagnosticSink sink("r.yml");
  RuleFile file = read_rules(rule("{s: {" + selection + "G: x}, condition: s}"), roomy(), sink);
  REQUIRE(file.detections.size() == 1);
  if (!resolve_placeholders(file.detections[0], values, limits, sink)) return sink.diagnostics()[0].message;
  return std::to_string(file.detections[0].selections[0].detection.children[0].item->values.size());
}

}  // namespace

TEST_SUITE("hostile rules") {
  TEST_CASE("thousands of filters on one rule do not nest") {
    std::vector<std::string> files = {rule("{s: {G: a}, condition: s}")};
    for (int i = 0; i < 10; ++i) files.push_back(filters(2'000));
    Linked linked = link(files);
    CHECK(linked.said == "");
    REQUIRE(linked.set.detections.size() == 1);
    const DetectionRule& filtered = linked.set.detections[0];
    CHECK(filtered.selections.size() == 20'001);
    CHECK(depth_of(filtered.condition) <= 3);
    CHECK(filtered.condition.children.size() == 20'001);
  }

  TEST_CASE("each filter counts, beside an `or` and an `and` of the rule") {
    for (std::string condition : {"s or t", "s and t"}) {
      test::Bench bench(rule("{s: {G: a}, t: {G|startswith: a}, condition: " + condition + "}") + filters(3));
      CHECK(bench.hits(R"({"G": "a", "F": "y"})") == "R");
      CHECK(bench.hits(R"({"G": "a", "F": "x0"})") == "");
      CHECK(bench.hits(R"({"G": "a", "F": "x2"})") == "");
    }
  }

  TEST_CASE("long chains of correlations") {
    Linked whole = link({rule("{s: {G: a}, condition: s}", "base") + chain(500, "base")}, roomy());
    CHECK(whole.said == "");
    CHECK(whole.set.correlations.size() == 500);
    Linked high = link({rule("{s: {G: a}, condition: s}", "base") + chain(500, "base")});
    CHECK(high.set.correlations.size() == Limits().correlation_depth);
    CHECK(high.set.refused == 500 - Limits().correlation_depth);
    Linked wide = link({"title: C\ncorrelation: {type: temporal, timespan: 1m, rules: [" +
                        repeated(500, "r", ", ") + "]}\n"});
    CHECK(wide.set.refused == 1);
    Linked broken = link({chain(500, "nowhere")});
    CHECK(broken.set.correlations.empty());
    CHECK(broken.set.refused == 500);
    CHECK(broken.said.find("no loaded rule has the id or name 'nowhere'") != std::string::npos);
    CHECK(broken.said.find("no loaded rule has the id or name 'c1'") != std::string::npos);
    Linked circle = link({chain(500, "c0")});
    CHECK(circle.set.correlations.empty());
    CHECK(circle.set.refused == 500);
    // What only leads into a circle is refused, what stands beside it is not.
    Linked beside =
        link({rule("{s: {G: a}, condition: s}", "base") + chain(3, "base"),
              "title: L\nname: l\ncorrelation: {type: temporal, rules: [m], timespan: 1m}\n---\n"
              "title: M\nname: m\ncorrelation: {type: temporal, rules: [m, c0], timespan: 1m}\n"});
    CHECK(beside.set.correlations.size() == 3);
    CHECK(beside.set.refused == 2);
  }

  TEST_CASE("reading rules takes time in proportion to their size") {
    auto read = [](const std::string& text) { link({text}, roomy()); };
    auto grows = [&](size_t size, auto make) { return test::growth_exponent(size, make, read); };
    CHECK(grows(2'000, [](size_t n) { return chain(n, "nowhere"); }) < test::most_growth);
    CHECK(grows(2'000, [](size_t n) { return chain(n, "c0"); }) < test::most_growth);
    CHECK(grows(2'000, [](size_t n) {
            return rule("{s: {G: a}, condition: s}", "base") + chain(n, "base");
          }) < test::most_growth);
    CHECK(grows(5'000, [](size_t n) { return repeated(n, "k", ": v\n"); }) < test::most_growth);
    CHECK(grows(5'000, [](size_t n) {
            return rule("{s: {" + repeated(n, "k", ": v, ") + "z: v}, condition: s}");
          }) < test::most_growth);
    CHECK(grows(1'000, [](size_t n) { return rule("{s: {G: a}, condition: s}") + filters(n); }) <
          test::most_growth);
  }

  TEST_CASE("what actions repeat counts as if it were written out") {
    std::string global =
        "action: global\n" + rule("{s: {F: [" + repeated(500, "v", ", ") + "w]}, condition: s}");
    Linked linked = link({global + repeated(1'000, "title: R", "\n---\n")});
    CHECK(linked.said.find("with what its actions repeat, this file has more than 100000 values; the rest of "
                           "it is refused") != std::string::npos);
    CHECK(linked.set.detections.size() > 150);
    CHECK(linked.set.detections.size() < 200);
    CHECK(linked.set.refused == 1);
    CHECK(link({global + repeated(100, "title: R", "\n---\n")}).said == "");
  }

  TEST_CASE("quantifiers times selections") {
    Limits limits;
    limits.condition_references = 20;
    auto said = [&](const std::string& condition) {
      return link({rule("{" + repeated(5, "s", ": {F: a}, ") + "condition: " + condition + "}")}, limits)
          .said;
    };
    CHECK(said("1 of them and all of s* and 2 of them and any of them") == "");
    CHECK(said("1 of them and all of s* and 2 of them and any of them and 1 of s0") ==
          "r.yml:3:84: error: condition: its quantifiers name more than 20 selections in all\n");
    // The sum is that of all conditions of a rule.
    CHECK(said("[1 of them, 1 of them, 1 of them, 1 of them]") == "");
    CHECK(said("[1 of them, 1 of them, 1 of them, 1 of them, 1 of them]").find("more than 20") !=
          std::string::npos);
  }

  TEST_CASE("filters times rules are bounded") {
    const std::string rules =
        repeated(10, "title: R", "\nlogsource: {product: p}\ndetection: {s: {F: a}, condition: s}\n---\n");
    Limits limits;
    limits.filter_tests = 100;  // a filter like those below adds 2 items, 1 value and 2 terms to each of 10 rules
    CHECK(link({rules, filters(2)}, limits).said == "");
    Linked linked = link({rules, filters(3)}, limits);
    CHECK(linked.said ==
          "r.yml:9:1: error: 5 tests for each of 10 rules: all filters together may add 100 tests; name fewer "
          "rules, or give the logsource\n");
    CHECK(linked.set.refused == 1);
    CHECK(linked.set.filters.size() == 2);
    CHECK(linked.set.detections[9].selections.size() == 3);
  }

  TEST_CASE("placeholders may grow a rule by so much") {
    Limits limits;
    PlaceholderValues values = {{"one", {"x"}}, {"many", std::vector<std::string>(100, "value")}};
    CHECK(expanded("%many%%many%", values, limits) == "10000");
    limits.placeholder_bytes = 100'000;
    CHECK(expanded("%many%", values, limits) == "100");
    CHECK(expanded("%many%%many%", values, limits) ==
          "the placeholders of this rule grow it by more than 100000 bytes");
    // The sum is that of all items of a rule.
    CHECK(expanded("%many%", values, limits, 20) ==
          "the placeholders of this rule grow it by more than 100000 bytes");
    std::string wildcards;
    for (int i = 0; i < 10'000; ++i) wildcards += "*a";
    CHECK(expanded("%one%" + wildcards, values, {}) == "1");
  }

  TEST_CASE("placeholders in long patterns take time in proportion") {
    auto make = [](size_t n) {
      std::string pattern;
      for (size_t i = 0; i < n; ++i) pattern += "*%one%";
      return pattern;
    };
    CHECK(test::growth_exponent(4'000, make, [](const std::string& pattern) {
            expanded(pattern, {{"one", {"x"}}}, {});
          }) < test::most_growth);
  }

  TEST_CASE("quotes are followed to their ends in linear time") {
    auto make = [](size_t n) {
      std::string text = "[";
      for (size_t i = 0; i < n; ++i) text += "!!str,'it''s',! \"\\\"\",";
      return text + "'open\n";
    };
    CHECK(test::growth_exponent(4'000, make, [](const std::string& text) {
            DiagnosticSink sink;
            parse_yaml(text, {}, sink);
          }) < test::most_growth);
  }
}
