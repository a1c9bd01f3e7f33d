#include "cli/expectation.h"

#include <doctest/doctest.h>

#include "support/limits.h"

using namespace sigrun;
using namespace sigrun::cli;

namespace {

constexpr int64_t second = 1'000'000'000;
const ExpectationScope correlation{true, {"User", "Host"}, 0};

struct Read {
  std::optional<Expectation> expectation;
  std::string said;  // "line:column: message", the first
};

Read read(const std::string& yaml, const ExpectationScope& scope = correlation) {
  DiagnosticSink sink("rule.yml");
  const sigma::YamlStream stream = sigma::parse_yaml("expect: " + yaml, Limits{}, sink);
  REQUIRE(stream.complete);
  Read result;
  result.expectation = read_expectation(*stream.documents[0].find("expect"), scope, sink);
  CHECK(result.expectation.has_value() == (sink.error_count() == 0));
  if (sink.error_count() > 0) {
    const Diagnostic& first = sink.diagnostics().front();
    result.said =
        std::to_string(first.mark.line) + ":" + std::to_string(first.mark.column) + ": " + first.message;
  }
  return result;
}

SeenAlert alert(const std::string& user, int64_t seconds, double value = 3, uint64_t events = 3) {
  return {seconds * second, {{"User", user}, {"Host", "h"}}, value, events, true};
}

bool met(const std::string& yaml, const std::vector<SeenAlert>& seen) {
  const Read expected = read(yaml);
  REQUIRE_MESSAGE(expected.expectation, expected.said);
  return is_met(*expected.expectation, seen);
}

bool has(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

}  // namespace

TEST_SUITE("cli expectations") {
  TEST_CASE("match and no match") {
    CHECK(met("match", {alert("a", 0)}));
    CHECK(met("match", {alert("a", 0), alert("b", 0)}));
    CHECK_FALSE(met("match", {}));
    CHECK(met("no match", {}));
    CHECK_FALSE(met("no match", {alert("a", 0)}));
  }

  TEST_CASE("so many alerts, neither fewer nor more") {
    CHECK(met("{alerts: 1}", {alert("a", 0)}));
    CHECK_FALSE(met("{alerts: 1}", {}));
    CHECK_FALSE(met("{alerts: 1}", {alert("a", 0), alert("b", 0)}));
    CHECK(met("{alerts: 0}", {}));
    CHECK_FALSE(met("{alerts: 0}", {alert("a", 0)}));
  }

  TEST_CASE("alerts that nothing describes are too many") {
    CHECK(met("{alerts: 1, group: {User: a}}", {alert("a", 0)}));
    CHECK_FALSE(met("{alerts: 1, group: {User: a}}", {alert("b", 0)}));
    CHECK_FALSE(met("{alerts: 1, group: {User: a}}", {alert("a", 0), alert("b", 0)}));
    CHECK_FALSE(met("{alerts: 1, group: {User: a}}", {alert("a", 0), alert("a", 9)}));
    CHECK(met("[{group: {User: a}}, {group: {User: b, Host: h}}]", {alert("b", 0), alert("a", 0)}));
    CHECK_FALSE(met("[{group: {User: a}}, {group: {User: b, Host: other}}]", {alert("b", 0), alert("a", 0)}));
  }

  TEST_CASE("time, value and events") {
    CHECK(met("{at: +9s}", {alert("a", 9)}));
    CHECK_FALSE(met("{at: +9s}", {alert("a", 8)}));
    CHECK(met("{at: 1970-01-01T00:00:09Z}", {alert("a", 9)}));
    CHECK(met("{value: 0.3}", {alert("a", 9, 0.1 + 0.2)}));
    CHECK(met("{value: 10, events: 12}", {alert("a", 9, 10, 12)}));
    CHECK_FALSE(met("{value: 10, events: 12}", {alert("a", 9, 10, 11)}));
    CHECK_FALSE(met("{value: 11}", {alert("a", 9, 10, 11)}));
    SeenAlert timeless = alert("a", 0);
    timeless.time.reset();
    CHECK_FALSE(met("{at: +0s}", {timeless}));
  }

  TEST_CASE("what is malformed is told with its place") {
    CHECK(has(read("maybe").said, "1:9: `expect` is `match`, `no match`, or what the alerts are"));
    CHECK(has(read("[]").said, "`expect` is `match`"));
    CHECK(has(read("{}").said, "say how many: {alerts: 1}"));
    CHECK(has(read("[match]").said, "1:10: each item of `expect` is a map"));
    CHECK(has(read("{alerts: many}").said, "1:18: `alerts` is a whole number"));
    CHECK(has(read("{alerts: -1}").said, "`alerts` is a whole number"));
    CHECK(has(read("{alerts: 1.5}").said, "`alerts` is a whole number"));
    CHECK(has(read("{alert: 1}").said, "1:10: `expect` has no key `alert`; did you mean alerts?"));
    CHECK(has(read("{zzz: 1}").said, "it has alerts, group, at, value and events"));
    CHECK(has(read("{group: alice}").said, "`group` is a map"));
    CHECK(has(read("{group: {Usr: alice}}").said,
              "1:18: the correlation does not group by 'Usr'; it groups by User, Host"));
    CHECK(has(read("{group: {User: [a]}}").said, "one text or number"));
    CHECK(has(read("{group: {User: a}}", {true, {}, 0}).said, "no group-by"));
    CHECK(has(read("{at: 10s}").said, "1:14: `at` is the time of the alert"));
    CHECK(has(read("{at: [1]}").said, "`at` is the time of the alert"));
    CHECK(has(read("{value: ten}").said, "`value` is the number"));
    CHECK(has(read("{alerts: 0, value: 3}").said,
              "1:21: `alerts: 0` says that there is none, so it has no `value`"));
    CHECK(has(read("{events: 3, alerts: 0}").said,
              "1:10: `alerts: 0` says that there is none, so it has no `events`"));
    CHECK(has(read("{events: ten}").said, "`events` is a whole number"));
  }

  TEST_CASE("of alerts that are no correlation's only number and time can be told") {
    const ExpectationScope detection{false, {}, {}};
    CHECK(read("{alerts: 2}", detection).expectation);
    CHECK(
        has(read("{alerts: 2, group: {a: b}}", detection).said, "only alerts of a correlation have `group`"));
    CHECK(has(read("{value: 2}", detection).said, "only alerts of a correlation have `value`"));
    CHECK(has(read("{at: +2s}", detection).said, "counts from the start of a timeline"));
    CHECK(read("{at: 2026-11-20T09:00:00Z}", detection).expectation);
  }

  TEST_CASE("both sides for people") {
    CHECK(describe(*read("match").expectation, {}) == "match");
    CHECK(describe(*read("[{group: {User: a}, at: +9s}, {alerts: 2, value: 7, events: 9}]").expectation, 0) ==
          "1 alert of User=a at +9s; 2 alerts, value 7, events 9");
    CHECK(describe(std::vector<SeenAlert>{}, 0) == "no match");
    CHECK(describe(std::vector<SeenAlert>{alert("a", 9)}, 0) ==
          "1 alert: User=a, Host=h at +9s, value 3, events 3");
    CHECK(describe(std::vector<SeenAlert>{alert("a", 9), {std::nullopt, {}, 2, 5, true}}, {}) ==
          "2 alerts: User=a, Host=h at 1970-01-01T00:00:09.000Z, value 3, events 3; value 2, events 5");
    CHECK(describe(std::vector<SeenAlert>{{9 * second, {}, 0, 0, false}, {}}, 0) ==
          "2 alerts: +9s; without a time");
    CHECK(has(describe(std::vector<SeenAlert>(20, alert("a", 1)), 0), "; …"));
  }
}
