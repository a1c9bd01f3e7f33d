#include "cli/test_time.h"

#include <doctest/doctest.h>

#include "event/timestamp.h"

using namespace sigrun::cli;

namespace {
constexpr int64_t second = 1'000'000'000;
std::string span(std::string_view text) {
  const auto parsed = parse_span(text);
  return parsed ? format_span(*parsed) : "refused";
}
std::string time(std::string_view text) {
  const auto start = *sigrun::parse_event_time("2026-11-20T09:00:00Z", false, 0);
  const auto parsed = parse_test_time(text, start);
  return parsed ? sigrun::format_time(*parsed).c_str() : "refused";
}
}  // namespace

TEST_SUITE("cli test times") {
  TEST_CASE("spans: Sigma's units, one after the other") {
    CHECK(parse_span("90s") == 90 * second);
    CHECK(parse_span("1h30m") == 5400 * second);
    CHECK(parse_span("1w") == 7 * 86400 * second);
    CHECK(parse_span("1M") == 2629746 * second);
    CHECK(parse_span("1y") == 31556952 * second);
    CHECK(parse_span("0s") == 0);
    for (const char* text : {"", "s", "10", "10 s", "-10s", "+10s", "1.5h", "10x", "1h30", "21y", "10y11y",
                             "99999999999s", "4000000000y"}) {
      CAPTURE(text);
      CHECK(span(text) == "refused");
    }
  }

  TEST_CASE("spans for people") {
    CHECK(span("90s") == "1m30s");
    CHECK(span("3600s") == "1h");
    CHECK(span("1d1s") == "1d1s");
    CHECK(span("0m") == "0s");
    CHECK(format_span(second / 2) == "0.5s");
    CHECK(format_span(61 * second + 1) == "1m1.000000001s");
    CHECK(format_span(-90 * second) == "-1m30s");
    CHECK(format_offset(0) == "+0s");
    CHECK(format_offset(-second) == "-1s");
  }

  TEST_CASE("times: from the start, or by themselves") {
    CHECK(time("+0s") == "2026-11-20T09:00:00.000Z");
    CHECK(time("+1h1s") == "2026-11-20T10:00:01.000Z");
    CHECK(time("-1d") == "2026-11-19T09:00:00.000Z");
    CHECK(time("2026-11-20T09:00:00.5+01:00") == "2026-11-20T08:00:00.500Z");
    CHECK(time("2026-11-20 09:00") == "2026-11-20T09:00:00.000Z");
    CHECK(time("2026-11-21") == "2026-11-21T00:00:00.000Z");
    for (const char* text :
         {"10s", "+10", "+", "", "1795158823", "now", "+-1s", "2200-01-01", "1899-12-31"}) {
      CAPTURE(text);
      CHECK(time(text) == "refused");
    }
  }
}
