// Times and spans as rules' tests write them: `+10s`, `-1h30m`, `2026-11-20T09:00:00Z`, `5m`. Pure functions; all in
// nanoseconds, times since 1970 UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sigrun::cli {

// The longest span. Times of tests lie between 1900 and 2200, so that a few spans more stay far from overflow.
inline constexpr int64_t longest_span = int64_t{20} * 366 * 86400 * 1'000'000'000;

// Whole numbers with the units of Sigma's timespan (s, m, h, d, w, M, y), one after the other: `90s`, `1h30m`. Empty
// when `text` is none, or too long.
std::optional<int64_t> parse_span(std::string_view text);

// A span with its sign, counted from `start`, or a date and time (without a zone: UTC).
std::optional<int64_t> parse_test_time(std::string_view text, int64_t start);

// "1h30m", "0s"; what is no whole second as a decimal: "0.5s".
std::string format_span(int64_t nanoseconds);
// The same with a sign: "+10s".
std::string format_offset(int64_t nanoseconds);

}  // namespace sigrun::cli
