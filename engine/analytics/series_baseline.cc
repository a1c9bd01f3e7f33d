#include "analytics/series_baseline.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sigrun {
namespace {

constexpr double steps_of_octave = 12;
constexpr double winsorised_at = 3;
// A mean absolute deviation of a normal distribution is so much smaller than its standard deviation.
constexpr double standard_of_absolute = 1.2533;
constexpr int64_t hour = 3'600'000'000'000;

// The standard deviation of log2(1 + n) of counts n with a mean such that log2(1 + mean) is `level`: √mean where it is small, 1 / (ln 2 √mean) where it is
// large. Half an event is added: what never happened may.
double noise_of(double level) {
  const double mean = std::exp2(level) - 1 + 0.5;
  return std::sqrt(mean / (1 + std::numbers::ln2 * std::numbers::ln2 * mean * mean));
}

double to_log(double v) { return std::log2(1 + std::max(0.0, v)); }

// A byte is 1 + the level in steps; 0: the hour was never seen.
double level_of(uint8_t byte) { return (byte - 1) / steps_of_octave; }
uint8_t byte_of(double level, double dither) {
  const double steps = std::floor(std::max(0.0, level) * steps_of_octave + dither);
  return static_cast<uint8_t>(1 + std::min(steps, 254.0));
}

}  // namespace

size_t season_slots(sigma::Season season) {
  switch (season) {
    case sigma::Season::none: return 0;
    case sigma::Season::hour_of_day: return 24;
    case sigma::Season::hour_of_week: return 168;
  }
  return 0;
}

size_t season_slot(sigma::Season season, int64_t time) {
  const auto slots = static_cast<int64_t>(season_slots(season));
  if (slots == 0) return 0;
  // 1970 began on a Thursday.
  const int64_t hours = time / hour - (time % hour < 0) + 3 * 24;
  return static_cast<size_t>((hours % slots + slots) % slots);
}

double SeriesBaseline::level_at(size_t slot, std::span<const uint8_t> season) const {
  if (season.empty() || season[slot] == 0) return level;
  return level_of(season[slot]);
}

SeriesBaseline::Judgement SeriesBaseline::judge(double v, size_t slot,
                                                std::span<const uint8_t> season) const {
  const double usual = level_at(slot, season);
  const double spread = deviation * standard_of_absolute;
  const double noise = noise_of(usual);
  return {std::exp2(usual) - 1, (to_log(v) - usual) / std::sqrt(spread * spread + noise * noise)};
}

void SeriesBaseline::train(double v, size_t slot, std::span<uint8_t> season, double weight,
                           double season_weight, double dither) {
  largest = std::max(largest, static_cast<float>(v));
  const double usual = level_at(slot, season);
  double y = to_log(v);
  // The first values say what is usual; later ones move it a little.
  const double by_count = 1.0 / (trained + 1.0);
  weight = std::max(weight, by_count);
  // The first value of an hour says what is usual then.
  const bool fresh_hour = !season.empty() && season[slot] == 0;
  if (trained >= 8 && !fresh_hour) {
    const double noise = noise_of(usual);
    const double most = winsorised_at * std::max<double>(deviation * standard_of_absolute, noise);
    y = std::clamp(y, usual - most, usual + most);
  }
  if (trained > 0) deviation += static_cast<float>(weight * (std::abs(y - usual) - deviation));
  level += static_cast<float>(weight * (y - level));
  if (!season.empty()) {
    uint8_t& byte = season[slot];
    const double before = byte == 0 ? y : level_of(byte);
    byte = byte_of(before + season_weight * (y - before), dither);
  }
  trained += trained < UINT32_MAX;
}

}  // namespace sigrun
