#include "sigma/placeholders.h"

#include "sigma/pipeline/rewritten_rule.h"

using namespace sigrun;
using namespace sigrun::sigma;

namespace {

std::string resolved(std::string_view selection, const PlaceholderValues& values, const Limits& limits = {}) {
  DetectionRule rule = rule_of(fmt::format("  selection: {}\n  condition: selection\n", selection));
  DiagnosticSink sink("other.yml");
  bool good = resolve_placeholders(rule, values, limits, sink);
  CHECK(good == (sink.error_count() == 0));
  return good ? show_selections(rule) : show_diagnostics(sink);
}

}  // namespace

TEST_CASE("placeholder values are read from YAML and JSON") {
  DiagnosticSink sink("vars.yml");
  CHECK(*read_placeholders("a: x\nb:\n  - 1\n  - y*\n", Limits{}, sink) ==
        PlaceholderValues{{"a", {"x"}}, {"b", {"1", "y*"}}});
  CHECK(*read_placeholders(R"({"a": "x", "b": [true, "C:\\Users"]})", Limits{}, sink) ==
        PlaceholderValues{{"a", {"x"}}, {"b", {"true", "C:\\Users"}}});
  CHECK(sink.error_count() == 0);
  for (const char* wrong : {"a: []", "a:", "a: {b: c}", "a: [[b]]", "a: [~]", "- a", "", "a: b\n---\nc: d"}) {
    DiagnosticSink problems("vars.yml");
    CHECK_FALSE(read_placeholders(wrong, Limits{}, problems).has_value());
    CHECK(problems.error_count() == 1);
  }
}

TEST_CASE("all combinations of placeholders, wildcards in values stay wildcards") {
  CHECK(resolved("{A|expand: 'x%a%-%b%', B: '%a%'}", {{"a", {"1", "2"}}, {"b", {"p*", "q\\*"}}}) ==
        "selection: A='x1-p*' or 'x1-q\\*' or 'x2-p*' or 'x2-q\\*', B='%a%'");
}

TEST_CASE("placeholders under contains, cased, keywords") {
  CHECK(resolved("{A|contains|expand: '%a%'}", {{"a", {"v", "w"}}}) == "selection: A='*v*' or '*w*'");
  CHECK(resolved("{A|cased|expand: '%a%'}", {{"a", {"v"}}}) == "selection: A==='v'");
  CHECK(resolved("{'|expand': ['%a%', z]}", {{"a", {"v", "w"}}}) ==
        "selection: keyword='*v*' or '*w*' or '*z*'");
}

TEST_CASE("under all the readings of one placeholder stay alternatives") {
  CHECK(resolved("{A|contains|all|expand: ['%a%', z]}", {{"a", {"v", "w"}}}) ==
        "selection: A=any('*v* or *w*') and '*z*'");
  CHECK(resolved("{A|contains|all|expand: ['%a%', z]}", {{"a", {"v"}}}) == "selection: A='*v*' and '*z*'");
  CHECK(resolved("{A|re|all|expand: ['^%a%', z]}", {{"a", {"v", "w"}}}) ==
        "selection: A=/(?:(?:^v)|(?:^w))/ and /(?:z)/");
}

TEST_CASE("placeholders in regular expressions are pieces of the expression") {
  CHECK(resolved("{A|re|expand: '^%a%\\.x'}", {{"a", {"b.", "c|d"}}}) ==
        "selection: A=/(?:^b.\\.x)/ or /(?:^c|d\\.x)/");
  CHECK(resolved("{A|re|expand: '\\%a\\% 100%'}", {}) == "selection: A=/(?:\\%a\\% 100%)/");
  CHECK(resolved("{A|re: '%a%'}", {}) == "selection: A=/(?:%a%)/");
  CHECK(resolved("{A|re|expand: 'x%a%'}", {{"a", {"("}}})
            .find("rule.yml:4:28: error: with its placeholders replaced the regular") == 0);
}

TEST_CASE("an unresolved placeholder is an error at its value") {
  CHECK(resolved("{A|expand: ['%a%', '%b%'], B|re|expand: '%c%'}", {{"a", {"x"}}}) ==
        "rule.yml:4:33: error: the placeholder %b% has no value: give it one with --vars\n"
        "rule.yml:4:54: error: the placeholder %c% has no value: give it one with --vars");
}

TEST_CASE("limit placeholder_values") {
  Limits limits;
  limits.placeholder_values = 4;
  PlaceholderValues values{{"a", {"1", "2"}}, {"b", {"1", "2", "3"}}};
  CHECK(resolved("{A|expand: '%a%%a%'}", values, limits) == "selection: A='11' or '12' or '21' or '22'");
  CHECK(resolved("{A|expand: '%a%%b%'}", values, limits) ==
        "rule.yml:4:25: error: the placeholders give more than 4 values");
}
