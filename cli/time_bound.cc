#include "cli/time_bound.h"

#include <algorithm>

#include "event/timestamp.h"

namespace sigrun::cli {
namespace {

constexpr int64_t second = 1'000'000'000;

// The length of the smallest unit that the text names: a day, a minute, a second, or a decimal part of one.
int64_t precision(std::string_view text) {
  constexpr size_t date = 10, minutes = 16, seconds = 19;  // YYYY-MM-DD, then THH:MM, then :SS
  if (text.size() <= date) return 86400 * second;
  if (text.size() <= minutes || text[minutes] != ':') return 60 * second;
  if (text.size() <= seconds || text[seconds] != '.') return second;
  int64_t unit = second;
  for (size_t at = seconds + 1; at < text.size() && text[at] >= '0' && text[at] <= '9' && unit > 1; ++at)
    unit /= 10;
  return unit;
}

}  // namespace

std::optional<int64_t> parse_time_bound(std::string_view text, Bound bound) {
  const auto parts = parse_date(text);
  if (!parts || text[4] != '-' || text.find(',') != text.npos || parts->second > 59) return {};
  const auto begin = parse_event_time(text, false, 0);
  if (!begin) return {};
  return bound == Bound::from ? *begin : *begin + (precision(text) - 1);
}

}  // namespace sigrun::cli
