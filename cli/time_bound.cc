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

// The digits behind the point as times in alerts have them: three, and further ones up to the last that counts.
std::optional<std::string> parse_fraction(Cursor& cursor) {
  std::string digits;
  while (const auto digit = cursor.digits(1)) digits += static_cast<char>('0' + *digit);
  if (digits.empty() || digits.size() > 9) return std::nullopt;
  if (digits.size() < 3) digits.append(3 - digits.size(), '0');
  while (digits.size() > 3 && digits.back() == '0') digits.pop_back();
  return digits;
}

}  // namespace

std::optional<std::string> parse_time_bound(std::string_view text, Bound bound) {
  using namespace std::chrono;
  const std::string_view end = bound == Bound::to ? "~" : "";
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

  if (cursor.rest.empty()) return std::string(text) + std::string(end);

  if (!cursor.take('T') && !cursor.take('t') && !cursor.take(' ')) return std::nullopt;
  const auto hour = cursor.digits(2);
  if (!hour || *hour > 23 || !cursor.take(':')) return std::nullopt;
  const auto minute = cursor.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  std::string rest;  // what a zone does not change
  if (cursor.take(':')) {
    const auto second = cursor.digits(2);
    if (!second || *second > 59) return std::nullopt;
    rest = fmt::format(":{:02}", *second);
    if (cursor.take('.')) {
      const auto fraction = parse_fraction(cursor);
      if (!fraction) return std::nullopt;
      rest += "." + *fraction;
    }
  }
  const auto zone = parse_zone(cursor);
  if (!zone || !cursor.rest.empty()) return std::nullopt;

  const auto moment = sys_days{date} + hours{*hour} + minutes{*minute - *zone};
  const auto utc_day = floor<days>(moment);
  const year_month_day utc{utc_day};
  const hh_mm_ss<minutes> clock{duration_cast<minutes>(moment - utc_day)};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}{}{}", static_cast<int>(utc.year()),
                     static_cast<unsigned>(utc.month()), static_cast<unsigned>(utc.day()),
                     clock.hours().count(), clock.minutes().count(), rest, end);
}

}  // namespace sigrun::cli
