#include "cli/test_time.h"

#include <fmt/format.h>

#include <charconv>

#include "event/timestamp.h"

namespace sigrun::cli {
namespace {

constexpr int64_t second = 1'000'000'000;
constexpr int64_t longest_seconds = longest_span / second;

// As Sigma's timespan counts: a month and a year are a mean one.
int64_t seconds_of(char unit) {
  switch (unit) {
    case 's': return 1;
    case 'm': return 60;
    case 'h': return 3600;
    case 'd': return 86400;
    case 'w': return 604800;
    case 'M': return 2629746;
    case 'y': return 31556952;
    default: return 0;
  }
}

}  // namespace

std::optional<int64_t> parse_span(std::string_view text) {
  if (text.empty()) return {};
  int64_t seconds = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    uint32_t count = 0;
    const auto parsed = std::from_chars(at, end, count);
    if (parsed.ec != std::errc() || parsed.ptr == end) return {};
    const int64_t unit = seconds_of(*parsed.ptr);
    if (unit == 0 || count > longest_seconds / unit) return {};
    seconds += count * unit;
    if (seconds > longest_seconds) return {};
    at = parsed.ptr + 1;
  }
  return seconds * second;
}

std::optional<int64_t> parse_test_time(std::string_view text, int64_t start) {
  if (text.starts_with('+') || text.starts_with('-')) {
    const auto span = parse_span(text.substr(1));
    if (!span) return {};
    return text.front() == '+' ? start + *span : start - *span;
  }
  // Digits alone would be taken for seconds since 1970: in a test they are a span that lacks its unit.
  const auto parts = parse_date(text);
  if (!parts || parts->year < 1900 || parts->year >= 2200) return {};
  return parse_event_time(text, false, 0);
}

std::string format_span(int64_t nanoseconds) {
  if (nanoseconds < 0) return "-" + format_span(-nanoseconds);
  std::string text;
  const int64_t seconds = nanoseconds / second, rest = nanoseconds % second;
  if (const int64_t days = seconds / 86400) text += fmt::format("{}d", days);
  if (const int64_t hours = seconds / 3600 % 24) text += fmt::format("{}h", hours);
  if (const int64_t minutes = seconds / 60 % 60) text += fmt::format("{}m", minutes);
  if (rest != 0) {
    std::string decimals = fmt::format("{:09}", rest);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    text += fmt::format("{}.{}s", seconds % 60, decimals);
  } else if (seconds % 60 != 0 || text.empty()) {
    text += fmt::format("{}s", seconds % 60);
  }
  return text;
}

std::string format_offset(int64_t nanoseconds) {
  return (nanoseconds < 0 ? "" : "+") + format_span(nanoseconds);
}

}  // namespace sigrun::cli
