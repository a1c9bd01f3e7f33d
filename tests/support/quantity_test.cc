#include "support/quantity.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

using namespace sigrun;

TEST_SUITE("quantities") {
  TEST_CASE("bytes: binary and decimal units, and none") {
    CHECK(parse_bytes("0") == 0u);
    CHECK(parse_bytes("512") == 512u);
    CHECK(parse_bytes("512B") == 512u);
    CHECK(parse_bytes("64KiB") == 64u << 10);
    CHECK(parse_bytes("256 MiB") == 256u << 20);
    CHECK(parse_bytes("2GiB") == uint64_t{2} << 30);
    CHECK(parse_bytes("1TiB") == uint64_t{1} << 40);
    CHECK(parse_bytes("3kB") == 3'000u);
    CHECK(parse_bytes("3KB") == 3'000u);
    CHECK(parse_bytes("3MB") == 3'000'000u);
    CHECK(parse_bytes("3 GB") == 3'000'000'000u);
    CHECK(parse_bytes("3TB") == 3'000'000'000'000u);
    CHECK(parse_bytes("18446744073709551615") == UINT64_MAX);
    for (const std::string text :
         {"", " ", "B", "-1", "+1", "1.5MiB", "1,000", "1_000", "1  MiB", "1 ", " 1", "1K", "1M", "1mib",
          "1 MiB ", "0x10", "18446744073709551616", "18446744073709551615KiB"}) {
      INFO(text);
      CHECK_FALSE(parse_bytes(text));
    }
  }

  TEST_CASE("spans: a unit is needed but for 0") {
    CHECK(parse_span("0") == 0);
    CHECK(parse_span("0s") == 0);
    CHECK(parse_span("1ns") == 1);
    CHECK(parse_span("7us") == 7'000);
    CHECK(parse_span("250ms") == 250'000'000);
    CHECK(parse_span("60 s") == 60'000'000'000);
    CHECK(parse_span("2m") == 120'000'000'000);
    CHECK(parse_span("1h") == 3'600'000'000'000);
    CHECK(parse_span("1d") == 86'400'000'000'000);
    CHECK(parse_span("9223372036854775807ns") == INT64_MAX);
    for (const std::string text :
         {"", "5", "m", "-1m", "1.5m", "2 min", "1M", "1w", "9223372036854775808ns", "106752d"}) {
      INFO(text);
      CHECK_FALSE(parse_span(text));
    }
  }

  TEST_CASE("zones") {
    CHECK(parse_zone("UTC") == 0);
    CHECK(parse_zone("Z") == 0);
    CHECK(parse_zone("+00:00") == 0);
    CHECK(parse_zone("+05:30") == 19'800);
    CHECK(parse_zone("-03:30") == -12'600);
    CHECK(parse_zone("+14:59") == 53'940);
    for (const std::string text :
         {"", "CET", "utc", "+2:00", "+15:00", "+02:60", "+-1:30", "02:00", "+02:0x", "+0200", "+ 2:00"}) {
      INFO(text);
      CHECK_FALSE(parse_zone(text));
    }
  }

  TEST_CASE("what is formatted can be read, and is short") {
    CHECK(format_bytes(0) == "0");
    CHECK(format_bytes(1) == "1 B");
    CHECK(format_bytes(1023) == "1023 B");
    CHECK(format_bytes(64 << 10) == "64 KiB");
    CHECK(format_bytes(uint64_t{1} << 40) == "1 TiB");
    CHECK(format_span(0) == "0");
    CHECK(format_span(90'000'000'000) == "90 s");
    CHECK(format_span(250'000'000) == "250 ms");
    CHECK(format_span(86'400'000'000'000) == "1 d");
    for (uint64_t amount = 1; amount < uint64_t{1} << 62; amount = amount * 7 + 3) {
      CHECK(parse_bytes(format_bytes(amount)) == amount);
      CHECK(parse_span(format_span(static_cast<int64_t>(amount))) == static_cast<int64_t>(amount));
    }
  }
}
