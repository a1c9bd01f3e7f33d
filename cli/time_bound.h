// --from and --to: a time as a person writes it, as the UTC text that a scan compares with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sigrun::cli {

enum class Bound : uint8_t { from, to };

// Accepts 2026-11-20, 2026-11-20T09:30, …T09:30:15, …T09:30:15.123, with a space instead of the T, and then Z,
// +02:00 or nothing (UTC). Empty when `text` is no such time.
//
// The result is a text to compare RFC 3339 times in UTC with, at least milliseconds in them: as precise as what was
// written, "2026-11-20T09:30". Both bounds are inclusive, so `to` ends in `~`, which sorts behind everything that a time
// can go on with: --to 2026-11-20 has the whole day in it.
std::optional<std::string> parse_time_bound(std::string_view text, Bound bound);

}  // namespace sigrun::cli
