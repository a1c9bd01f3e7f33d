// What needs all rules of a load: unique names, references, cycles, filters, muting.
#include "sigma/rule_set.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "support/rule_fixture.h"

using namespace sigrun;
using namespace sigrun::sigma;

namespace {

std::string rule(const std::string& name, const std::string& detection = "{s: {F: a}, condition: s}", const std::string& more = "") {
  return "title: Rule " + name + "\nname: " + name + "\n" + more + "logsource: {product: p}\ndetection: " + detection + "\n---\n";
}
std::string correlation(const std::string& name, const std::string& rules, const std::string& more = "") {
  return "title: Correlation " + name + "\nname: " + name + "\n" + more + "correlation: {type: temporal, rules: " + rules + ", timespan: 1m}\n---\n";
}

struct Linked {
  RuleSet set;
  std::string said;
};

Linked link(const std::string& yaml) {
  Linked linked;
  DiagnosticSink sink("r.yml");
  linked.set.add(read_rules(yaml, {}, sink));
  linked.set.link({}, sink);
  linked.set.link_correlations({}, sink);
  for (const Diagnostic& diagnostic : sink.diagnostics()) linked.said += diagnostic.to_string() + "\n";
  return linked;
}

bool muted(const RuleSet& set, const std::string& name) {
  auto found = std::find_if(set.detections.begin(), set.detections.end(), [&](const DetectionRule& r) { return r.header.name == name; });
  REQUIRE(found != set.detections.end());
  return found->muted;
}

const std::string id = "id: 3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c01\n";

}  // namespace

TEST_CASE("rule set: names are unique over rules, correlations and filters; the first stays") {
  Linked linked = link(rule("a") + rule("a") + correlation("a", "[a]"));
  CHECK(linked.set.detections.size() == 1);
  CHECK(linked.set.correlations.empty());
  CHECK(linked.set.refused == 2);
  CHECK(linked.said ==
        "r.yml:6:1: error: the name 'a' is also that of r.yml:1; names must be unique\n"
        "r.yml:11:1: error: the name 'a' is also that of r.yml:1; names must be unique\n");
}

TEST_CASE("rule set: a repeated id is a warning") {
  Linked linked = link(rule("a", "{s: {F: a}, condition: s}", id) + rule("b", "{s: {F: a}, condition: s}", id));
  CHECK(linked.set.detections.size() == 2);
  CHECK(linked.said == "r.yml:7:1: warning: the id 3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c01 is also that of r.yml:1\n");
}

TEST_CASE("rule set: correlations refer by name, by id, to rules behind them and to correlations") {
  Linked linked = link(correlation("outer", "[inner, 3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c01]") + correlation("inner", "[a]") + rule("a") +
                       rule("b", "{s: {F: a}, condition: s}", id));
  CHECK(linked.said == "");
  CHECK(linked.set.correlations.size() == 2);
}

TEST_CASE("rule set: an unknown reference refuses the correlation and those that need it") {
  Linked linked = link(rule("a") + correlation("c", "[a, nobody]") + correlation("d", "[c]"));
  CHECK(linked.set.correlations.empty());
  CHECK(linked.set.refused == 2);
  CHECK(linked.said ==
        "r.yml:8:42: error: no loaded rule has the id or name 'nobody'\n"
        "r.yml:12:39: error: no loaded rule has the id or name 'c'; the correlation of that name was refused\n");
  CHECK_FALSE(muted(linked.set, "a"));  // a refused correlation silences nothing
}

TEST_CASE("rule set: what an unknown reference may stand for is told") {
  auto said = [](const std::string& reference) {
    const std::string text = link(rule("failed_login") + rule("other", "{s: {F: a}, condition: s}", id) + correlation("c", "[" + reference + "]")).said;
    return text.substr(text.find("name '"));
  };
  CHECK(said("faild_login") == "name 'faild_login'; did you mean failed_login?\n");
  CHECK(said("Failed_Login") == "name 'Failed_Login'; did you mean failed_login?\n");
  CHECK(said("3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c02") == "name '3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c02'; did you mean 3a1f0c52-2f0b-4a5e-9a57-8f6a3f1f7c01?\n");
  CHECK(said("Rule failed_login") == "name 'Rule failed_login'; that is a title: write the rule's id or name, failed_login\n");
  CHECK(said("nothing_like_it") == "name 'nothing_like_it'\n");
}

TEST_CASE("rule set: how many correlations stand on each other is a limit") {
  Limits limits;
  limits.correlation_depth = 2;
  DiagnosticSink sink("r.yml");
  RuleSet set;
  set.add(read_rules(rule("a") + correlation("c3", "[c2, a]") + correlation("c1", "[a]") + correlation("c2", "[c1]"), limits, sink));
  set.link(limits, sink);
  set.link_correlations(limits, sink);
  REQUIRE(set.correlations.size() == 2);
  CHECK(set.correlations[0].header.name == "c1");
  CHECK(set.refused == 1);
  CHECK(sink.first_error() == "r.yml:6:1: error: 3 correlations stand on each other here; at most 2 may (limits: correlation-depth)");
}

TEST_CASE("rule set: cycles") {
  Linked linked = link(rule("a") + correlation("c", "[d, a]") + correlation("d", "[c]") + correlation("e", "[e]") + correlation("f", "[d]") + correlation("g", "[a]"));
  CHECK(linked.set.correlations.size() == 1);
  CHECK(linked.set.correlations[0].header.name == "g");
  CHECK(linked.set.refused == 4);
  CHECK(linked.said.find("r.yml:6:1: error: this correlation refers to itself, directly or through others\n") == 0);
}

TEST_CASE("rule set: a rule that only correlations refer to is muted, unless one generates") {
  Linked linked = link(rule("a") + rule("b") + rule("c") + correlation("x", "[a, b]") + correlation("y", "[b]", "generate: true\n"));
  CHECK(muted(linked.set, "a"));
  CHECK_FALSE(muted(linked.set, "b"));
  CHECK_FALSE(muted(linked.set, "c"));
  test::Bench bench(rule("a") + rule("c") + correlation("x", "[a]"));
  CHECK(bench.hits(R"({"F":"a"})") == "Rule c");
}

TEST_CASE("filters: added to the condition of the rules they name") {
  const std::string filter = "title: X\nlogsource: {product: p}\nfilter: {rules: [a], s: {G: x}, condition: not s}\n---\n";
  test::Bench bench(rule("a") + rule("b") + filter);
  CHECK(bench.hits(R"({"F":"a"})") == "Rule a,Rule b");
  CHECK(bench.hits(R"({"F":"a","G":"x"})") == "Rule b");  // the filter's `s` is not the rule's
}

TEST_CASE("filters: any, several, and conditions taken verbatim") {
  const std::string one = "title: X\nlogsource: {product: p}\nfilter: {rules: any, s: {G: x}, condition: not s}\n---\n";
  const std::string two = "title: Y\nlogsource: {product: p}\nfilter: {rules: any, s: {H: y}, condition: s}\n---\n";
  test::Bench bench(rule("a", "{s: {F: a}, t: {F: b}, condition: s or t}") + one + two);
  CHECK(bench.hits(R"({"F":"b","H":"y"})") == "Rule a");
  CHECK(bench.hits(R"({"F":"b"})") == "");
  CHECK(bench.hits(R"({"F":"a","H":"y","G":"x"})") == "");
}

TEST_CASE("filters: `of them` of a rule does not count a filter's selections") {
  const std::string filter = "title: X\nlogsource: {product: p}\nfilter: {rules: any, s: {G: x}, condition: not s}\n---\n";
  test::Bench bench(rule("a", "{s: {F: a}, t: {H: b}, condition: all of them}") + filter);
  CHECK(bench.hits(R"({"F":"a","H":"b"})") == "Rule a");
}

TEST_CASE("filters: only where the log source that they set is the rule's") {
  const std::string other = "title: X\nlogsource: {product: q}\nfilter: {rules: any, s: {F: a}, condition: not s}\n---\n";
  const std::string narrower = "title: Y\nlogsource: {product: p, category: c}\nfilter: {rules: [a], s: {F: a}, condition: not s}\n---\n";
  Linked linked = link(rule("a") + other + narrower);
  CHECK(linked.set.detections[0].selections.size() == 1);
  CHECK(linked.said ==
        "r.yml:7:1: warning: the filter applies to no loaded rule: none that it names has this logsource\n"
        "r.yml:11:1: warning: the filter applies to no loaded rule: none that it names has this logsource\n");
}

TEST_CASE("filters: an unknown rule is a warning, and correlations are not filtered") {
  Linked linked = link(rule("a") + correlation("c", "[a]") + "title: X\nlogsource: {product: p}\nfilter: {rules: [a, nobody, c], s: {F: a}, condition: not s}\n");
  CHECK(linked.said ==
        "r.yml:12:21: warning: no loaded detection rule has the id or name 'nobody'\n"
        "r.yml:12:29: warning: no loaded detection rule has the id or name 'c'\n");
  CHECK(linked.set.correlations.size() == 1);
}
