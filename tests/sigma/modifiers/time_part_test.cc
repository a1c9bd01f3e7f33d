#include <doctest/doctest.h>

#include <string>

#include "support/rule_fixture.h"

using sigrun::test::matches;

TEST_CASE("time parts: as written, without conversion to another zone") {
  const char* event = R"({"F":"2026-11-20T23:15:00.123+02:00"})";
  CHECK(matches("F|minute: 15", event));
  CHECK(matches("F|hour: 23", event));
  CHECK(matches("F|day: 20", event));
  CHECK(matches("F|week: 47", event));
  CHECK(matches("F|month: 11", event));
  CHECK(matches("F|year: 2026", event));
  CHECK_FALSE(matches("F|hour: 21", event));
}

TEST_CASE("time parts: comparisons stand behind them") {
  const char* event = R"({"F":"2026-11-20 08:15"})";
  CHECK(matches("F|hour|lt: 9", event));
  CHECK(matches("F|hour|gte: 8", event));
  CHECK_FALSE(matches("F|hour|gt: 8", event));
  CHECK(matches("F|year|lte: 2026", event));
  CHECK(matches("F|hour|neq: 9", event));
}

TEST_CASE("time parts: numbers are seconds since 1970 in UTC; texts of digits are no date") {
  CHECK(matches("F|year: 2023", R"({"F":1700000000})"));
  CHECK(matches("F|hour: 22", R"({"F":1700000000.9})"));
  CHECK(matches("F|year: 1969", R"({"F":-1})"));
  CHECK_FALSE(matches("F|year: 2023", R"({"F":"1700000000"})"));
}

TEST_CASE("time parts: a date alone has no hour and no minute") {
  CHECK(matches("F|day: 20", R"({"F":"2026-11-20"})"));
  CHECK_FALSE(matches("F|hour: 0", R"({"F":"2026-11-20"})"));
  CHECK_FALSE(matches("F|minute|gte: 0", R"({"F":"2026-11-20"})"));
}

TEST_CASE("time parts: ISO weeks at the turn of the year") {
  CHECK(matches("F|week: 53", R"({"F":"2021-01-03"})"));
  CHECK(matches("F|week: 1", R"({"F":"2021-01-04"})"));
  CHECK(matches("F|week: 1", R"({"F":"2019-12-30"})"));
}

TEST_CASE("time parts: what is no date has none") {
  for (const std::string value : {"\"x\"", "\"2026-13-01\"", "\"2026-02-30\"", "\"\"", "null", "true", "1e300"}) {
    INFO(value);
    CHECK_FALSE(matches("F|year|gte: 0", "{\"F\":" + std::string(value) + "}"));
  }
}
