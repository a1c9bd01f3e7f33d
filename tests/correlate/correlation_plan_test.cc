// What loading says of correlations that come to a bound which is no limit to set.
#include "correlate/correlation_plan.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "support/engine_fixture.h"

using namespace sigrun;

namespace {

std::string said_of(size_t rules, const std::string& correlation) {
  std::string text;
  for (size_t i = 0; i < rules; ++i)
    text += fmt::format("title: R{0}\nname: r{0}\nlogsource: {{product: any}}\ndetection: {{s: {{n: {0}}}, condition: s}}\n---\n", i);
  test::Loaded loaded;
  loaded.write("rules/all.yml", text + "title: C\n" + correlation + "\n").load();
  return loaded.said();
}

}  // namespace

TEST_CASE("a distinct count that is compared with more than a window tells apart is warned of") {
  const auto said = [](const std::string& condition) {
    return said_of(1, "correlation: {type: value_count, rules: [r0], timespan: 1d, condition: {field: user, " + condition + "}}");
  };
  CHECK(said("lt: 1000000") == "");
  CHECK(said("lt: 1000001").find("warning: more than 1000000 distinct values are estimated") != std::string::npos);
  CHECK(said("gte: 1000001") == "");  // decided on arrival, and exact as far
}

TEST_CASE("a condition of too many sequences is refused, with their number") {
  const auto said = [](int both) {
    std::string condition, names;
    for (int i = 0; i < both; ++i) {
      condition += fmt::format("{}(r{} or r{})", i > 0 ? " and " : "", 2 * i, 2 * i + 1);
      names += fmt::format("{}r{}, r{}", i > 0 ? ", " : "", 2 * i, 2 * i + 1);
    }
    return said_of(static_cast<size_t>(2 * both),
                   fmt::format("correlation: {{type: temporal_ordered, rules: [{}], timespan: 1m, condition: {}}}", names, condition));
  };
  CHECK(said(8) == "");
  CHECK(said(9).find("comes to more than 256 sequences") != std::string::npos);
}
