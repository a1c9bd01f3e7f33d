// Amounts as people write them in files: bytes, spans of time, zones. Pure functions; empty where the text is none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sigrun {

// A whole number and, with or without a blank before it, a unit: B, KiB, MiB, GiB, TiB (powers of 1024), kB, MB, GB, TB (powers
// of 1000). Without a unit: bytes.
std::optional<uint64_t> parse_bytes(std::string_view text);

// A whole number and, with or without a blank before it, a unit: ns, us, ms, s, m, h, d. Nanoseconds. Only 0 needs no unit.
std::optional<int64_t> parse_span(std::string_view text);

// "UTC", "Z", or an offset such as +02:00, below 15 hours. Seconds east of UTC.
std::optional<int64_t> parse_zone(std::string_view text);

// In the largest unit that leaves a whole number: "64 KiB", "250 ms". What the functions above read.
std::string format_bytes(uint64_t bytes);
std::string format_span(int64_t nanoseconds);

}  // namespace sigrun
