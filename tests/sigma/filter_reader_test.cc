#include <doctest/doctest.h>

#include <string>

#include "sigma/rule_reader.h"
#include "support/rule_fixture.h"

using namespace sigrun;
using namespace sigrun::sigma;

namespace {

std::string said(const std::string& block) { return test::diagnostics_of("title: X\nlogsource: {product: p}\nfilter: " + block + "\n"); }

}  // namespace

TEST_CASE("filter: for any rule, or for rules by id and name") {
  DiagnosticSink sink;
  auto file = read_rules("title: X\nlogsource: {product: p}\nfilter: {rules: [a, b], s: {F: x}, condition: not s}\n---\n"
                         "title: Y\nlogsource: {product: p}\nfilter: {rules: any, s: {F: x}, condition: not s}\n", {}, sink);
  REQUIRE(file.filters.size() == 2);
  CHECK_FALSE(file.filters[0].any_rule);
  CHECK(file.filters[0].rules.size() == 2);
  CHECK(file.filters[1].any_rule);
}

TEST_CASE("filter: errors") {
  CHECK(said("x") == "r.yml:3:1: error: filter must be a map with rules, selections and a condition");
  CHECK(said("{s: {F: x}, condition: s}") == "r.yml:3:1: error: the filter does not say which rules it is for; write rules: any, or a list of ids and names");
  CHECK(said("{rules: [], s: {F: x}, condition: s}") == "r.yml:3:10: error: rules must be 'any' or a list of rule ids and names");
  CHECK(said("{rules: {a: b}, s: {F: x}, condition: s}") == "r.yml:3:10: error: rules must be 'any' or a list of rule ids and names");
  CHECK(said("{rules: any, condition: s}") == "r.yml:3:1: error: the filter has no selection");
  CHECK(said("{rules: any, s: {F: x}}") == "r.yml:3:1: error: the condition is missing; write condition: and the names of selections");
  CHECK(said("{rules: any, s: {F: x}, condition: t}") == "r.yml:3:44: error: condition: there is no selection 't'; this rule has: s");
  CHECK(test::diagnostics_of("title: X\nfilter: {rules: any, s: {F: x}, condition: s}\n") ==
        "r.yml:1:1: error: the logsource is missing; write at least one of product, category and service");
}
