#include "cli/time_bound.h"

#include <doctest/doctest.h>

using namespace sigrun::cli;

namespace {
std::string from(std::string_view text) { return parse_time_bound(text, Bound::from).value_or("refused"); }
std::string to(std::string_view text) { return parse_time_bound(text, Bound::to).value_or("refused"); }
}  // namespace

TEST_SUITE("cli time bounds") {
  TEST_CASE("what a person leaves out is filled from the right end") {
    CHECK(from("2026-11-20") == "2026-11-20T00:00:00Z");
    CHECK(to("2026-11-20") == "2026-11-20T23:59:59.999999999Z");
    CHECK(from("2026-11-20T09:30") == "2026-11-20T09:30:00Z");
    CHECK(to("2026-11-20 09:30") == "2026-11-20T09:30:59.999999999Z");
    CHECK(from("2026-11-20T09:30:15Z") == "2026-11-20T09:30:15Z");
    CHECK(to("2026-11-20T09:30:15Z") == "2026-11-20T09:30:15.999999999Z");
    CHECK(from("2026-11-20T09:30:15.25") == "2026-11-20T09:30:15.25Z");
    CHECK(to("2026-11-20T09:30:15.25") == "2026-11-20T09:30:15.25Z");
  }

  TEST_CASE("zones are brought to UTC, across days and years") {
    CHECK(from("2026-11-20T01:00:00+02:00") == "2026-11-19T23:00:00Z");
    CHECK(from("2026-12-31T23:30:00-0100") == "2027-01-01T00:30:00Z");
    CHECK(from("2024-03-01T00:30+01:00") == "2024-02-29T23:30:00Z");
  }

  TEST_CASE("everything else is refused") {
    for (const char* text :
         {"", "now", "2026", "2026-13-01", "2026-02-29", "2026-11-20T", "2026-11-20T24:00", "2026-11-20T09",
          "2026-11-20T09:60", "2026-11-20T09:30:60", "2026-11-20T09:30:15.", "2026-11-20T09:30:15.1234567890",
          "2026-11-20T09:30:15+2", "2026-11-20T09:30:15+25:00", "2026-11-20Z", "2026-11-20T09:30:15Zx",
          " 2026-11-20", "2026-11-20T09:30:15 Z"}) {
      CAPTURE(text);
      CHECK(from(text) == "refused");
    }
  }
}
