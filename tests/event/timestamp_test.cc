#include "event/timestamp.h"

#include <doctest/doctest.h>

#include <chrono>
#include <random>
#include <string>

#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

std::string time_of(std::string_view text, bool number = false, int64_t zone = 0) {
  auto time = parse_event_time(text, number, zone);
  return time ? format_time(*time).c_str() : "none";
}

}  // namespace

TEST_CASE("time: forms of ISO 8601") {
  for (const std::string text : {"2026-11-20T08:15:00Z", "2026-11-20 08:15:00", "2026/11/20 08:15:00", "2026-11-20T08:15Z", "2026-11-20t08:15:00z",
                           "2026-11-20T10:15:00+02:00", "2026-11-20T10:15:00+0200", "2026-11-20T10:15:00+02", "2026-11-20T04:45:00-03:30",
                           "2026-11-20 08:15:00 UTC", "2026-11-20 10:15:00 +0200"}) {
    INFO(text);
    CHECK(time_of(text) == "2026-11-20T08:15:00.000Z");
  }
  CHECK(time_of("2026-11-20") == "2026-11-20T00:00:00.000Z");
}

TEST_CASE("time: fractions keep their digits, to the nanosecond") {
  CHECK(time_of("2026-11-20T08:15:00.1Z") == "2026-11-20T08:15:00.100Z");
  CHECK(time_of("2026-11-20T08:15:00,123Z") == "2026-11-20T08:15:00.123Z");
  CHECK(time_of("2026-11-20T08:15:00.123456Z") == "2026-11-20T08:15:00.123456Z");
  CHECK(time_of("2026-11-20T08:15:00.1234567Z") == "2026-11-20T08:15:00.123456700Z");
  CHECK(time_of("2026-11-20T08:15:00.123456789987Z") == "2026-11-20T08:15:00.123456789Z");
}

TEST_CASE("time: a zone is assumed only where none is written") {
  CHECK(time_of("2026-11-20T08:15:00", false, 7200) == "2026-11-20T06:15:00.000Z");
  CHECK(time_of("2026-11-20T08:15:00Z", false, 7200) == "2026-11-20T08:15:00.000Z");
  CHECK(time_of("1700000000", true, 7200) == "2023-11-14T22:13:20.000Z");
}

TEST_CASE("time: numbers by their magnitude") {
  CHECK(time_of("1700000000", true) == "2023-11-14T22:13:20.000Z");
  CHECK(time_of("1700000000.25", true) == "2023-11-14T22:13:20.250Z");
  CHECK(time_of("1700000000123", true) == "2023-11-14T22:13:20.123Z");
  CHECK(time_of("1700000000123456", true) == "2023-11-14T22:13:20.123456Z");
  CHECK(time_of("1700000000123456789", true) == "2023-11-14T22:13:20.123456789Z");
  CHECK(time_of("0", true) == "1970-01-01T00:00:00.000Z");
  CHECK(time_of("1700000000") == "2023-11-14T22:13:20.000Z");
  CHECK(time_of("1700000000.123456") == "2023-11-14T22:13:20.123456Z");
  CHECK(time_of("23") == "none");  // text of a few digits is no time
  for (const std::string number : {"-1", "1e9", "99999999999999999999", ""}) CHECK_MESSAGE(time_of(number, true) == "none", number);
  CHECK(time_of("192168000.1.1") == "none");
}

TEST_CASE("time: what is no time") {
  for (const std::string text : {"", "now", "2026", "2026-11", "2026-13-01", "2026-02-29", "2026-11-20T24:00:00Z", "2026-11-20T08:60:00Z", "2026-11-20T08:15:00+24:00",
                           "2026-11-20T08:15:00+02:60", "2026-11-20T08:15:00 ", "2026-11-20T08:15:00.Z", "2026-11-20T08:15:00X", "2026-11/20", "20261120",
                           "2026-11-20T08:15:00+02:", "2026-11-20T08:15:00+02:0", "2026-11-20T8:15:00Z", "1600-01-01", "2300-01-01", "2026-11-20T"}) {
    INFO(text);
    CHECK(time_of(text) == "none");
  }
}

TEST_CASE("dates: parts are as written") {
  auto parts = parse_date("2026-11-20T23:15:59.5-05:00");
  REQUIRE(parts);
  CHECK(parts->hour == 23);
  CHECK(parts->day == 20);
  CHECK(parts->nanosecond == 500'000'000);
  CHECK(parts->zone_seconds == -18000);
  CHECK_FALSE(parse_date("2026-11-20")->has_time);
  CHECK_FALSE(parse_date("2026-11-20T01:00")->zone_seconds);
  CHECK(parse_date("2024-02-29"));
  CHECK(parse_date("0001-01-01"));
}

TEST_CASE("dates: seconds since 1970 as parts") {
  auto parts = parts_of_epoch_seconds("-1");
  REQUIRE(parts);
  CHECK(parts->year == 1969);
  CHECK(parts->second == 59);
  CHECK(parts_of_epoch_seconds("1.7e9")->year == 2023);
  CHECK(parts_of_epoch_seconds("253402300799")->year == 9999);
  for (const std::string number : {"253402300800", "-62135596801", "1e300", "x", ""}) CHECK_MESSAGE(!parts_of_epoch_seconds(number), number);
}

TEST_CASE("dates: ISO weeks") {
  auto week = [](const char* date) { return iso_week(*parse_date(date)); };
  CHECK(week("2026-01-01") == 1);
  CHECK(week("2027-01-01") == 53);
  CHECK(week("2027-01-03") == 53);
  CHECK(week("2027-01-04") == 1);
  CHECK(week("2024-12-30") == 1);
  CHECK(week("2020-12-31") == 53);
  CHECK(week("1969-12-29") == 1);
  CHECK(week("1970-01-05") == 2);
}

TEST_CASE("time: what is printed reads back as itself") {
  std::mt19937_64 random(test::announce_seed("timestamp"));
  for (int i = 0; i < 5000; ++i) {
    auto time = static_cast<int64_t>(random() % 9'000'000'000'000'000'000ull);
    if (random() % 2) time = -time;
    if (random() % 2) time -= time % 1'000'000;
    CAPTURE(time);
    REQUIRE(parse_event_time(format_time(time), false, 0) == time);
  }
}
