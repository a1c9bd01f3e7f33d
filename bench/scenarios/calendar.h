// When people work: the company's sites, their time zones with the changes to summer time, weekends, national
// holidays, and the load at the end of a month. Event time begins on Monday 2026-03-02, 00:00 UTC: the first
// thirty days hold the changes of the US (8 March) and of Europe (29 March), holidays that only some sites
// have, and the end of a quarter. Constant tables; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sigrun::bench::scenarios {

using Millis = int64_t;  // since 1970

constexpr Millis second = 1000, minute = 60 * second, hour = 60 * minute, day_length = 24 * hour;
constexpr Millis first_moment = 1772409600LL * second;  // 2026-03-02T00:00:00Z

enum class SummerTime : uint8_t { none, europe, america };

struct Site {
  std::string_view code, country;
  double latitude, longitude;
  int offset_minutes;  // of standard time
  SummerTime summer_time;
  int share;                      // of the staff, in hundredths
  std::span<const int> holidays;  // days since the first
};

std::span<const Site> sites();
// Begin of the site's local day `day` (0: 2 March there).
Millis local_midnight(const Site& site, int day);
bool is_weekend(int day);
bool is_holiday(const Site& site, int day);
// The last two working days of a month and the first of the next.
bool is_month_end(int day);

struct Date {
  int year, month, day, hour, minute, second, millis;
};
Date utc_date(Millis time);

}  // namespace sigrun::bench::scenarios
