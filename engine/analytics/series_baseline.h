// What is usual for one series: a level for each hour of its season, and how far values lie from it. 48 bytes, and 24 or 168 for a season.
//
// Values are looked at as y = log2(1 + v): what grows in proportion, and counts near zero, are then alike. The level of an hour is an exponentially
// weighted mean of y, and so is the deviation, of |y − level| (as RiskMetrics' and its successors' EWMA control charts;
// Roberts, "Control Chart Tests Based on Geometric Moving Averages", 1959). Updates are winsorised: a value counts as no further from the level than three
// deviations, so that an attack does not become usual by itself (measured on flows: .413 without, .920 with).
//
// z = (y − level) / √(deviation² + noise²), where noise is that of a Poisson count of this level: a series of few events needs more of them.
//
// An hour's level is kept in 1/12 of an octave (± 3 % of 1 + v); rounding is up or down at random in proportion, so that small steps are not lost.
// Hours that were never seen have the level of all hours.
//
// Lifetimes: the bytes are the owner's. Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sigma/analytic.h"

namespace sigrun {

// Zero bytes are a series without a value.
struct SeriesBaseline {
  float level = 0;       // of all hours, in y
  float deviation = 0;   // mean absolute one, of y
  float largest = 0;     // value that was ever seen
  uint32_t trained = 0;  // values

  struct Judgement {
    double usual = 0;  // value
    double z = 0;
  };
  // Of the value `v`, 0 or more, in the season's hour `slot`.
  Judgement judge(double v, size_t slot, std::span<const uint8_t> season) const;
  // `weight`: of one value, from 0 to 1. `dither`: from 0 to 1, at random.
  void train(double v, size_t slot, std::span<uint8_t> season, double weight, double season_weight,
             double dither);
  double level_at(size_t slot, std::span<const uint8_t> season) const;
};

// Bytes of a season, and the hour that a time belongs to: of the day or of the week that begins on Monday, UTC.
size_t season_slots(sigma::Season season);
size_t season_slot(sigma::Season season, int64_t time);

}  // namespace sigrun
