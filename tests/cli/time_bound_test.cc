#include "cli/time_bound.h"

#include <doctest/doctest.h>

#include <string>

#include "event/timestamp.h"

using namespace sigrun::cli;

namespace {
std::string show(std::optional<int64_t> time) { return time ? sigrun::format_time(*time).c_str() : "refused"; }
std::string from(std::string_view text) { return show(parse_time_bound(text, Bound::from)); }
std::string to(std::string_view text) { return show(parse_time_bound(text, Bound::to)); }
}  // namespace

TEST_SUITE("cli time bounds") {
  TEST_CASE("as precise as what was written, both ends inclusive") {
    CHECK(from("2026-11-20") == "2026-11-20T00:00:00.000Z");
    CHECK(to("2026-11-20") == "2026-11-20T23:59:59.999999999Z");
    CHECK(from("2026-11-20 09:30") == "2026-11-20T09:30:00.000Z");
    CHECK(to("2026-11-20t09:30z") == "2026-11-20T09:30:59.999999999Z");
    CHECK(to("2026-11-20T09:30+01:00") == "2026-11-20T08:30:59.999999999Z");
    CHECK(from("2026-11-20T09:30:15Z") == "2026-11-20T09:30:15.000Z");
    CHECK(to("2026-11-20T09:30:15Z") == "2026-11-20T09:30:15.999999999Z");
    CHECK(from("2026-11-20T09:30:15.2") == "2026-11-20T09:30:15.200Z");
    CHECK(to("2026-11-20T09:30:15.2") == "2026-11-20T09:30:15.299999999Z");
    CHECK(to("2026-11-20T09:30:15.123456789") == "2026-11-20T09:30:15.123456789Z");
  }

  TEST_CASE("a finer bound than the event's time is not too early for it") {
    CHECK(*parse_time_bound("2026-11-20T00:00:00.123456", Bound::from) >
          *sigrun::parse_event_time("2026-11-20T00:00:00.123Z", false, 0));
  }

  TEST_CASE("zones are brought to UTC, across days and years") {
    CHECK(from("2026-11-20T01:00:00+02:00") == "2026-11-19T23:00:00.000Z");
    CHECK(from("2026-12-31T23:30:00-0100") == "2027-01-01T00:30:00.000Z");
    CHECK(from("2024-03-01T00:30+01:00") == "2024-02-29T23:30:00.000Z");
  }

  TEST_CASE("everything else is refused") {
    for (const char* text :
         {"", "now", "2026", "2026-13-01", "2026-02-29", "2026-11-20T", "2026-11-20T24:00", "2026-11-20T09",
          "2026-11-20T09:60", "2026-11-20T09:30:60", "2026-11-20T09:30:15.", "2026-11-20T09:30:15+2",
          "2026-11-20T09:30:15+25:00", "2026-11-20Z", "2026-11-20T09:30:15Zx", " 2026-11-20"}) {
      CAPTURE(text);
      CHECK(from(text) == "refused");
    }
  }
}
