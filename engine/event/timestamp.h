// Times as events write them: ISO 8601 in its usual variants, and numbers of seconds, milli-, micro- or nanoseconds since 1970.
// Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "support/fixed_text.h"

namespace sigrun {

// The parts as written; no zone conversion.
struct DateParts {
  int year = 0, month = 1, day = 1;
  bool has_time = false;
  int hour = 0, minute = 0, second = 0;
  int64_t nanosecond = 0;
  std::optional<int> zone_seconds;  // east of UTC, where the text says so
};

// YYYY-MM-DD or YYYY/MM/DD, optionally `T` or a space and HH:MM[:SS[.fraction]], optionally Z or ±HH[:]MM.
std::optional<DateParts> parse_date(std::string_view text);

// Whole seconds since 1970-01-01 UTC as parts; a fraction is cut off.
std::optional<DateParts> parts_of_epoch_seconds(std::string_view json_number);

// ISO 8601 week of the year, 1 to 53.
int iso_week(const DateParts& parts);

// Nanoseconds since 1970 UTC. Text without a zone is in `zone_seconds`. Numbers are taken by their magnitude: seconds up to 10 digits, then
// milli-, micro-, nanoseconds. `number`: the JSON value was a number; text of digits only is read the same way.
std::optional<int64_t> parse_event_time(std::string_view text, bool number, int64_t zone_seconds);

// A span of event times, both ends in it. An event without a time is in every span.
struct TimeRange {
  std::optional<int64_t> from, to;  // nanoseconds since 1970 UTC
  bool bounded() const { return from || to; }
  bool contains(std::optional<int64_t> time) const {
    return !time || ((!from || *time >= *from) && (!to || *time <= *to));
  }
};

// RFC 3339, UTC, milliseconds or as many digits as are needed: 2026-11-20T08:15:00.123Z.
using TimeText = FixedText<sizeof "2026-11-20T08:15:00.123456789Z" - 1>;
TimeText format_time(int64_t nanoseconds);

}  // namespace sigrun
