// expand: placeholders in values, in regular expressions, and their limit.
#include <doctest/doctest.h>

#include <string>

#include "sigma/placeholders.h"
#include "support/rule_fixture.h"

using namespace sigrun;
using namespace sigrun::sigma;

namespace {

// The item's values after resolving with the given map, joined by ' / ', or the message.
std::string expanded(const char* item, const char* vars, const Limits& limits = {}) {
  RuleSet set = test::rules_of(test::rule_with_items(item));
  DiagnosticSink sink("v.yml");
  auto values = read_placeholders(vars, limits, sink);
  REQUIRE(values);
  if (!resolve_placeholders(set.detections[0], *values, limits, sink)) return sink.diagnostics()[0].to_string();
  std::string out;
  for (const ItemValue& value : set.detections[0].selections[0].detection.children[0].item->values)
    out += (out.empty() ? "" : " / ") + describe(value.value);
  return out;
}

std::string vars_problem(const char* vars) {
  DiagnosticSink sink("v.yml");
  return read_placeholders(vars, {}, sink) ? "" : sink.diagnostics()[0].to_string();
}

}  // namespace

TEST_CASE("expand: a percent sign that begins no name stays one") {
  CHECK(expanded("F|expand: '100% of %a%'", "a: x") == "100% of x");
}

TEST_CASE("expand: every combination of the values") {
  CHECK(expanded("F|expand: '%a%'", "a: [x, y]") == "x / y");
  CHECK(expanded("F|expand: '%a%-%b%'", "{a: [x, y], b: [1, 2]}") == "x-1 / x-2 / y-1 / y-2");
  CHECK(expanded("F|expand|contains: '%a%'", "a: 'x*'") == "*x*");
  CHECK(expanded("F|contains|expand: '%a%'", "a: x") == "*x*");
  CHECK(expanded("F|expand: ['%a%', b]", "a: x") == "x / b");
}

TEST_CASE("expand: an escaped percent sign, and percent signs that enclose nothing, are literal") {
  CHECK(expanded("F|expand: '100\\%'", "a: x") == "100%");
  CHECK(expanded("F|expand: '\\%a\\%'", "a: x") == "%a%");
  CHECK(expanded("F|expand: '%%'", "a: x") == "%%");
  CHECK(expanded("F|expand: '50%'", "a: x") == "50%");
  CHECK(test::matches("F: '%a%'", R"({"F":"%a%"})"));  // without expand it is text
}

TEST_CASE("expand: under all the values of one placeholder are alternatives") {
  RuleSet set = test::rules_of(test::rule_with_items("F|expand|contains|all: ['%a%', z]"));
  DiagnosticSink sink;
  REQUIRE(resolve_placeholders(set.detections[0], {{"a", {"x", "y"}}}, {}, sink));
  const DetectionItem& item = *set.detections[0].selections[0].detection.children[0].item;
  REQUIRE(item.values.size() == 2);
  CHECK(describe(item.values[0].value) == "*x* or *y*");
}

TEST_CASE("expand: in a regular expression the value is a piece of it") {
  CHECK(expanded("F|re|expand: '^%a%$'", "a: ['b+', 'c|d']") == "^b+$ / ^c|d$");
  CHECK(expanded("F|re|expand: '^%a%$'", "a: '('").find("r.yml:5:18: error: with its placeholders replaced the regular expression does not compile: ") == 0);
}

TEST_CASE("expand: a placeholder without a value refuses the rule") {
  CHECK(expanded("F|expand: '%b%'", "a: x") == "r.yml:5:15: error: the placeholder %b% has no value: give it one with --vars");
}

TEST_CASE("expand: limit of values") {
  Limits limits;
  limits.placeholder_values = 4;
  CHECK(expanded("F|expand: '%a%%a%'", "a: [x, y]", limits) == "xx / xy / yx / yy");
  CHECK(expanded("F|expand: '%a%%a%%a%'", "a: [x, y]", limits) == "r.yml:5:15: error: the placeholders give more than 4 values");
}

TEST_CASE("placeholder values: one map of scalars and lists") {
  CHECK(vars_problem("[a]") == "v.yml:1:1: error: placeholder values are one map: name: value, or name: [value, value]");
  CHECK(vars_problem("a: 1\n---\nb: 2") == "v.yml:3:1: error: placeholder values are one map: name: value, or name: [value, value]");
  CHECK(vars_problem("a: {b: c}") == "v.yml:1:4: error: 'a' must be text, a number or a list of these, not a map");
  CHECK(vars_problem("a: []") == "v.yml:1:1: error: 'a' has no values: rules that use it could never match");
  CHECK(vars_problem("a:") == "v.yml:1:1: error: 'a' must be text, a number or a list of these, not empty");
  CHECK(vars_problem("{\"a\": [\"x\", 5]}") == "");
}
