// --from and --to: a time as a person writes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sigrun::cli {

enum class Bound : uint8_t { from, to };

// Accepts 2026-11-20, 2026-11-20T09:30, …T09:30:15, …T09:30:15.123, with a space instead of the T, and then Z,
// +02:00 or nothing (UTC). Empty when `text` is no such time.
//
// The result is in nanoseconds since 1970 UTC. Both bounds are inclusive and as precise as what was written: --to
// 2026-11-20 has the whole day in it, --to 2026-11-20T09:30 the whole minute.
std::optional<int64_t> parse_time_bound(std::string_view text, Bound bound);

}  // namespace sigrun::cli
