#include "calendar.h"

#include <algorithm>
#include <array>

namespace sigrun::bench::scenarios {

namespace {

constexpr std::array<int, 1> dublin{15};        // 17 March
constexpr std::array<int, 1> mexico{14};        // 16 March
constexpr std::array<int, 2> bangalore{2, 19};  // 4 March, 21 March
constexpr std::array<int, 1> tokyo{18};         // 20 March
constexpr std::array<int, 1> melbourne{7};      // 9 March

// Melbourne has summer time for all of the first thirty days (until 5 April).
constexpr std::array<Site, 11> all_sites{{
    {"BER", "de", 52.52, 13.40, 60, SummerTime::europe, 18, {}},
    {"LON", "gb", 51.51, -0.13, 0, SummerTime::europe, 12, {}},
    {"DUB", "ie", 53.35, -6.26, 0, SummerTime::europe, 6, dublin},
    {"PAR", "fr", 48.86, 2.35, 60, SummerTime::europe, 8, {}},
    {"NYC", "us", 40.71, -74.01, -300, SummerTime::america, 16, {}},
    {"SFO", "us", 37.77, -122.42, -480, SummerTime::america, 12, {}},
    {"MEX", "mx", 19.43, -99.13, -360, SummerTime::none, 5, mexico},
    {"SAO", "br", -23.55, -46.63, -180, SummerTime::none, 6, {}},
    {"BLR", "in", 12.97, 77.59, 330, SummerTime::none, 9, bangalore},
    {"TYO", "jp", 35.68, 139.69, 540, SummerTime::none, 5, tokyo},
    {"MEL", "au", -37.81, 144.96, 660, SummerTime::none, 3, melbourne},
}};

}  // namespace

std::span<const Site> sites() { return all_sites; }

Millis local_midnight(const Site& site, int day) {
  // Day 6 is 8 March, day 27 is 29 March; midnight of the day itself is still standard time.
  const bool summer = (site.summer_time == SummerTime::europe && day > 27) ||
                      (site.summer_time == SummerTime::america && day > 6);
  return first_moment + day * day_length - (site.offset_minutes + (summer ? 60 : 0)) * minute;
}

bool is_weekend(int day) { return ((day % 7) + 7) % 7 >= 5; }

bool is_holiday(const Site& site, int day) {
  return std::find(site.holidays.begin(), site.holidays.end(), day) != site.holidays.end();
}

bool is_month_end(int day) {
  if (is_weekend(day)) return false;
  if (day <= 0) return true;  // 2 March, the first working day
  for (int ahead = 1, working = 0;; ++ahead) {
    const Date later = utc_date(first_moment + (day + ahead) * day_length);
    const Date now = utc_date(first_moment + day * day_length);
    if (later.month != now.month) return true;
    if (!is_weekend(day + ahead) && ++working == 2) break;
  }
  // The first working day: no working day of this month lies before.
  for (int back = 1;; ++back) {
    const Date earlier = utc_date(first_moment + (day - back) * day_length);
    const Date now = utc_date(first_moment + day * day_length);
    if (earlier.month != now.month) return true;
    if (!is_weekend(day - back)) return false;
  }
}

Date utc_date(Millis time) {
  // Howard Hinnant's civil_from_days.
  const int64_t days = time / day_length;
  const int64_t rest = time % day_length;
  const int64_t z = days + 719468;
  const int64_t era = z / 146097;
  const int64_t day_of_era = z - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted = (5 * day_of_year + 2) / 153;
  Date date{};
  date.day = static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1);
  date.month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  date.year = static_cast<int>(year_of_era + era * 400 + (date.month <= 2 ? 1 : 0));
  date.hour = static_cast<int>(rest / hour);
  date.minute = static_cast<int>(rest / minute % 60);
  date.second = static_cast<int>(rest / second % 60);
  date.millis = static_cast<int>(rest % second);
  return date;
}

}  // namespace sigrun::bench::scenarios
