#include "cli/time_bound.h"

#include <doctest/doctest.h>

using namespace sigrun::cli;

namespace {
std::string from(std::string_view text) { return parse_time_bound(text, Bound::from).value_or("refused"); }
std::string to(std::string_view text) { return parse_time_bound(text, Bound::to).value_or("refused"); }
}  // namespace

TEST_SUITE("cli time bounds") {
  TEST_CASE("as precise as what was written") {
    CHECK(from("2026-11-20") == "2026-11-20");
    CHECK(to("2026-11-20") == "2026-11-20~");
    CHECK(from("2026-11-20 09:30") == "2026-11-20T09:30");
    CHECK(to("2026-11-20t09:30z") == "2026-11-20T09:30~");
    CHECK(from("2026-11-20T09:30:15Z") == "2026-11-20T09:30:15");
    CHECK(from("2026-11-20T09:30:15.2") == "2026-11-20T09:30:15.200");
    CHECK(to("2026-11-20T09:30:15.123450") == "2026-11-20T09:30:15.12345~");
  }

  TEST_CASE("zones are brought to UTC, across days and years") {
    CHECK(from("2026-11-20T01:00:00+02:00") == "2026-11-19T23:00:00");
    CHECK(from("2026-12-31T23:30:00-0100") == "2027-01-01T00:30:00");
    CHECK(from("2024-03-01T00:30+01:00") == "2024-02-29T23:30");
  }

  TEST_CASE("compared as text, both bounds are inclusive") {
    const std::string time = "2026-11-20T09:30:15.250Z", finer = "2026-11-20T09:30:15.250100Z";
    for (const char* bound : {"2026-11-20", "2026-11-20T09:30", "2026-11-20T09:30:15",
                              "2026-11-20T09:30:15.25", "2026-11-20T09:30:15.250000"}) {
      CAPTURE(bound);
      CHECK(from(bound) <= time);
      CHECK(to(bound) >= time);
      CHECK(to(bound) >= finer);
    }
    for (const char* bound :
         {"2026-11-19", "2026-11-20T09:29", "2026-11-20T09:30:14", "2026-11-20T09:30:15.249"}) {
      CAPTURE(bound);
      CHECK(to(bound) < time);
      CHECK(from(bound) < time);
    }
    for (const char* bound :
         {"2026-11-21", "2026-11-20T09:31", "2026-11-20T09:30:16", "2026-11-20T09:30:15.251"}) {
      CAPTURE(bound);
      CHECK(from(bound) > finer);
      CHECK(to(bound) > finer);
    }
    CHECK(to("2026-11-20T09:30:15.0") < time);
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
