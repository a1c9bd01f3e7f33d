#include "event/timestamp.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "support/decimal.h"

namespace sigrun {
namespace {

constexpr int64_t second = 1'000'000'000;

// Reads exactly `count` digits at `at`.
bool digits(std::string_view text, size_t& at, size_t count, int& value) {
  if (at + count > text.size()) return false;
  value = 0;
  for (size_t end = at + count; at < end; ++at) {
    if (text[at] < '0' || text[at] > '9') return false;
    value = value * 10 + (text[at] - '0');
  }
  return true;
}

bool accept(std::string_view text, size_t& at, char c) {
  if (at >= text.size() || text[at] != c) return false;
  ++at;
  return true;
}

bool parse_zone(std::string_view text, size_t& at, DateParts& parts) {
  if (accept(text, at, ' ') && at == text.size()) return false;
  if (accept(text, at, 'Z') || accept(text, at, 'z')) {
    parts.zone_seconds = 0;
    return true;
  }
  if (text.substr(at) == "UTC") {
    at += 3;
    parts.zone_seconds = 0;
    return true;
  }
  char sign = at < text.size() ? text[at] : '\0';
  if (sign != '+' && sign != '-') return false;
  ++at;
  int hours = 0, minutes = 0;
  if (!digits(text, at, 2, hours)) return false;
  bool colon = accept(text, at, ':');
  if ((colon || at < text.size()) && !digits(text, at, 2, minutes)) return false;
  if (hours > 23 || minutes > 59) return false;
  parts.zone_seconds = (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
  return true;
}

int64_t days_of(const DateParts& parts) {
  using namespace std::chrono;
  return sys_days(year(parts.year) / month(static_cast<unsigned>(parts.month)) /
                  day(static_cast<unsigned>(parts.day)))
      .time_since_epoch()
      .count();
}

void set_date(DateParts& parts, int64_t days) {
  using namespace std::chrono;
  year_month_day date{sys_days(std::chrono::days(days))};
  parts.year = static_cast<int>(date.year());
  parts.month = static_cast<int>(static_cast<unsigned>(date.month()));
  parts.day = static_cast<int>(static_cast<unsigned>(date.day()));
}

int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

}  // namespace

std::optional<DateParts> parse_date(std::string_view text) {
  DateParts parts;
  size_t at = 0;
  if (!digits(text, at, 4, parts.year)) return {};
  char separator = at < text.size() ? text[at] : '\0';
  if (separator != '-' && separator != '/') return {};
  ++at;
  if (!digits(text, at, 2, parts.month) || !accept(text, at, separator) || !digits(text, at, 2, parts.day))
    return {};
  using namespace std::chrono;
  if (!(year(parts.year) / month(static_cast<unsigned>(parts.month)) / day(static_cast<unsigned>(parts.day)))
           .ok())
    return {};
  if (at == text.size()) return parts;
  if (!accept(text, at, 'T') && !accept(text, at, 't') && !accept(text, at, ' ')) return {};
  parts.has_time = true;
  if (!digits(text, at, 2, parts.hour) || !accept(text, at, ':') || !digits(text, at, 2, parts.minute))
    return {};
  if (accept(text, at, ':')) {
    if (!digits(text, at, 2, parts.second)) return {};
    if (accept(text, at, '.') || accept(text, at, ',')) {
      size_t begin = at;
      int64_t scale = second;
      for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
        if (scale > 1) parts.nanosecond += (text[at] - '0') * (scale /= 10);
      if (at == begin) return {};
    }
  }
  if (parts.hour > 23 || parts.minute > 59 || parts.second > 60) return {};
  if (at == text.size()) return parts;
  if (!parse_zone(text, at, parts) || at != text.size()) return {};
  return parts;
}

std::optional<DateParts> parts_of_epoch_seconds(std::string_view json_number) {
  double value = 0;
  auto [end, error] = std::from_chars(json_number.data(), json_number.data() + json_number.size(), value);
  // Out of range, but a number: next to nothing.
  if (error == std::errc::result_out_of_range && DecimalView::from_json(json_number)) error = std::errc();
  // Years 1 to 9999: what a date can show.
  if (error != std::errc() || end != json_number.data() + json_number.size() || value < -62135596800.0 ||
      value >= 253402300800.0)
    return {};
  auto seconds = static_cast<int64_t>(std::floor(value));
  DateParts parts;
  int64_t days = floor_divide(seconds, 86400), rest = seconds - days * 86400;
  set_date(parts, days);
  parts.has_time = true;
  parts.hour = static_cast<int>(rest / 3600);
  parts.minute = static_cast<int>(rest / 60 % 60);
  parts.second = static_cast<int>(rest % 60);
  parts.zone_seconds = 0;
  return parts;
}

int iso_week(const DateParts& parts) {
  int64_t days = days_of(parts);
  int64_t weekday = (days % 7 + 10) % 7;  // Monday is 0; 1970-01-01 was a Thursday
  DateParts thursday;
  set_date(thursday, days - weekday + 3);  // the week belongs to the year of its Thursday
  DateParts first = thursday;
  first.month = first.day = 1;
  return static_cast<int>((days_of(thursday) - days_of(first)) / 7) + 1;
}

std::optional<int64_t> parse_event_time(std::string_view text, bool number, int64_t zone_seconds) {
  bool numeric = number || (!text.empty() && text.find_first_not_of("0123456789.") == text.npos);
  if (numeric) {
    size_t whole = text.find('.');
    std::string_view integer = text.substr(0, whole);
    int64_t value = 0;
    auto [end, error] = std::from_chars(integer.data(), integer.data() + integer.size(), value);
    if (error != std::errc() || end != integer.data() + integer.size() || value < 0) return {};
    if (!number && integer.size() < 9) return {};  // "23" is no time
    if (integer.size() <= 10) {
      int64_t fraction = 0;
      if (whole != text.npos) {
        int64_t scale = second;
        for (char c : text.substr(whole + 1)) {
          if (c < '0' || c > '9') return {};
          if (scale > 1) fraction += (c - '0') * (scale /= 10);
        }
      }
      if (value > INT64_MAX / second - 1) return {};
      return value * second + fraction;
    }
    if (integer.size() <= 13) return value * 1'000'000;
    if (integer.size() <= 16) return value * 1'000;
    return value;
  }
  auto parts = parse_date(text);
  if (!parts || parts->year < 1678 || parts->year > 2261) return {};  // what 64 bits of nanoseconds hold
  int64_t seconds = days_of(*parts) * 86400 + parts->hour * 3600 + parts->minute * 60 + parts->second;
  seconds -= parts->zone_seconds ? *parts->zone_seconds : zone_seconds;
  return seconds * second + parts->nanosecond;
}

namespace {

// `digits` of a number, with zeros in front.
char* write_digits(char* to, int64_t number, int digits) {
  for (int i = digits; i-- > 0; number /= 10) to[i] = static_cast<char>('0' + number % 10);
  return to + digits;
}

}  // namespace

TimeText format_time(int64_t nanoseconds) {
  int64_t seconds = floor_divide(nanoseconds, second), fraction = nanoseconds - seconds * second;
  int64_t days = floor_divide(seconds, 86400), rest = seconds - days * 86400;
  DateParts parts;
  set_date(parts, days);
  std::array<char, sizeof "2026-11-23T00:00:00.000000000Z"> text;
  char* to = write_digits(text.data(), parts.year, 4);
  *to++ = '-';
  to = write_digits(to, parts.month, 2);
  *to++ = '-';
  to = write_digits(to, parts.day, 2);
  *to++ = 'T';
  to = write_digits(to, rest / 3600, 2);
  *to++ = ':';
  to = write_digits(to, rest / 60 % 60, 2);
  *to++ = ':';
  to = write_digits(to, rest % 60, 2);
  *to++ = '.';
  if (fraction % 1'000'000 == 0)
    to = write_digits(to, fraction / 1'000'000, 3);
  else if (fraction % 1'000 == 0)
    to = write_digits(to, fraction / 1'000, 6);
  else
    to = write_digits(to, fraction, 9);
  *to++ = 'Z';
  return TimeText({text.data(), static_cast<size_t>(to - text.data())});
}

}  // namespace sigrun
