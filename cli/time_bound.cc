#include "cli/time_bound.h"

#include <chrono>

#include <fmt/format.h>

namespace sigrun::cli {
namespace {

// Takes pieces off the front of a text.
struct Cursor {
  std::string_view rest;

  bool take(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  std::optional<int> digits(size_t count) {
    if (rest.size() < count) return std::nullopt;
    int value = 0;
    for (char c : rest.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest.remove_prefix(count);
    return value;
  }
};

// Minutes east of UTC.
std::optional<int> parse_zone(Cursor& cursor) {
  if (cursor.rest.empty() || cursor.take('Z') || cursor.take('z')) return 0;
  const bool east = cursor.take('+');
  if (!east && !cursor.take('-')) return std::nullopt;
  const auto hours = cursor.digits(2);
  cursor.take(':');
  const auto minutes = cursor.digits(2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return (east ? 1 : -1) * (*hours * 60 + *minutes);
}

}  // namespace

std::optional<std::string> parse_time_bound(std::string_view text, Bound bound) {
  using namespace std::chrono;
  const bool fill = bound == Bound::to;
  const std::string_view last_fraction = ".999999999";
  Cursor cursor{text};
  const auto year_number = cursor.digits(4);
  if (!year_number || !cursor.take('-')) return std::nullopt;
  const auto month_number = cursor.digits(2);
  if (!month_number || !cursor.take('-')) return std::nullopt;
  const auto day_number = cursor.digits(2);
  if (!day_number) return std::nullopt;
  const year_month_day date{year{*year_number}, month{static_cast<unsigned>(*month_number)},
                            day{static_cast<unsigned>(*day_number)}};
  if (!date.ok()) return std::nullopt;

  int hour = fill ? 23 : 0, minute = fill ? 59 : 0, second = fill ? 59 : 0, zone = 0;
  std::string fraction(fill ? last_fraction : "");
  if (cursor.take('T') || cursor.take('t') || cursor.take(' ')) {
    const auto hours = cursor.digits(2);
    if (!hours || *hours > 23 || !cursor.take(':')) return std::nullopt;
    const auto minutes = cursor.digits(2);
    if (!minutes || *minutes > 59) return std::nullopt;
    hour = *hours;
    minute = *minutes;
    if (cursor.take(':')) {
      const auto seconds = cursor.digits(2);
      if (!seconds || *seconds > 59) return std::nullopt;
      second = *seconds;
      if (cursor.take('.')) {
        fraction = ".";
        while (const auto digit = cursor.digits(1)) fraction += static_cast<char>('0' + *digit);
        if (fraction.size() < 2 || fraction.size() > 10) return std::nullopt;
      }
    }
    const auto offset = parse_zone(cursor);
    if (!offset) return std::nullopt;
    zone = *offset;
  }
  if (!cursor.rest.empty()) return std::nullopt;

  const auto moment = sys_days{date} + hours{hour} + minutes{minute - zone} + seconds{second};
  const auto utc_day = floor<days>(moment);
  const year_month_day utc{utc_day};
  const hh_mm_ss<std::chrono::seconds> clock{duration_cast<std::chrono::seconds>(moment - utc_day)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", static_cast<int>(utc.year()),
                     static_cast<unsigned>(utc.month()), static_cast<unsigned>(utc.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(), fraction);
}

}  // namespace sigrun::cli
