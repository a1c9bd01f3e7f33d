// --from and --to: a time as a person writes it, as the UTC text that a scan compares with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sigrun::cli {

enum class Bound : uint8_t { from, to };

// Accepts 2026-11-20, 2026-11-20T09:30, …T09:30:15, …T09:30:15.123, with a space instead of the T, and then
// Z, +02:00 or nothing (UTC). Both bounds are inclusive, so that what `to` leaves out is filled up to the end
// of that day, minute or second. Returns "2026-11-20T09:30:15Z", with a fraction where there is one; empty
// when `text` is no such time.
std::optional<std::string> parse_time_bound(std::string_view text, Bound bound);

}  // namespace sigrun::cli
