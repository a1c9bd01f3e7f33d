// Spans of time as rules write them: a whole number and a unit. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sigrun::sigma {

// "90s", "5m", "24h", "7d", "2w", "1M", "1y" in seconds; zero when it is none, UINT64_MAX when it is that long. A month is 30.436875 days, a year 365.2425.
uint64_t parse_timespan(std::string_view text);

// What "5 min" or "2H" stand for: "5m", "2h". Empty where that is not clear.
std::string meant_timespan(std::string_view text);

}  // namespace sigrun::sigma
