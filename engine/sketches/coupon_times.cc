#include "sketches/coupon_times.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>

#include "support/saved_bytes.h"

namespace sigrun {
namespace {

constexpr int64_t most_window_ticks = 1 << 14;
constexpr int64_t last_tick = std::numeric_limits<uint16_t>::max();

// How many distinct coupons `values` distinct values are expected to draw from `buckets` buckets, and the
// derivative by the logarithm of `values`. Coupons of a level are drawn about as often as a Poisson process
// would; the difference is less than 1/buckets.
struct Expected {
  double coupons, slope;
};
Expected expected_coupons(double values, double buckets) {
  // Of the last level up: each level is drawn twice as often as the one behind it, and 1 − (1 − q)² = q (2 −
  // q). The last two are alike.
  double often = values / buckets * std::ldexp(1.0, 1 - static_cast<int>(CouponTimes::most_levels));
  double drawn = -std::expm1(-often);
  Expected expected{drawn, often * (1 - drawn)};
  for (uint32_t level = CouponTimes::most_levels - 1; level > 0; --level) {
    expected.coupons += drawn;
    expected.slope += often * (1 - drawn);
    drawn *= 2 - drawn;
    often *= 2;
  }
  return {expected.coupons * buckets, expected.slope * buckets};
}

// The number of values that are expected to draw `coupons`. Depends on nothing else: the same count is
// estimated alike in every run.
double values_drawing(double coupons, double buckets) {
  // Expected coupons grow like the values at first, and by one for each bucket whenever the values double
  // later.
  double logarithm =
      std::max(std::log(coupons), std::log(buckets) + (coupons / buckets - 1.33) * std::numbers::ln2);
  // Newton's method, from there a few steps.
  for (int step = 0; step < 60; ++step) {
    const Expected expected = expected_coupons(std::exp(logarithm), buckets);
    const double change = (coupons - expected.coupons) / expected.slope;
    logarithm += std::clamp(change, -2.0, 2.0);
    if (std::abs(change) < 1e-6) break;
  }
  return std::exp(logarithm);
}

}  // namespace

CouponTimes::CouponTimes(int64_t longest, uint32_t bits, int64_t newest, std::pmr::memory_resource* resource)
    : resource_(resource), bits_(bits) {
  while (longest >> tick_shift_ >= most_window_ticks) ++tick_shift_;
  window_ticks_ = (longest >> tick_shift_) + 1;
  before_first_ = tick(newest) - window_ticks_ - 1;
}

CouponTimes::~CouponTimes() {
  if (cells_) resource_->deallocate(cells_, bytes(), alignof(Cell));
}

void CouponTimes::add_levels(uint32_t levels) {
  const size_t before = size_t{levels_} << bits_, after = size_t{levels} << bits_;
  auto* const cells = static_cast<Cell*>(resource_->allocate(after * sizeof(Cell), alignof(Cell)));
  std::uninitialized_copy_n(cells_, before, cells);
  std::uninitialized_fill_n(cells + before, after - before, Cell{0});
  if (cells_) resource_->deallocate(cells_, bytes(), alignof(Cell));
  cells_ = cells;
  levels_ = levels;
}

void CouponTimes::move_ticks(int64_t newest) {
  const int64_t before_first = tick(newest) - window_ticks_ - 1;
  const auto by = static_cast<Cell>(std::min(before_first - before_first_, last_tick));
  for (size_t i = 0, end = size_t{levels_} << bits_; i < end; ++i)
    cells_[i] = static_cast<Cell>(cells_[i] > by ? cells_[i] - by : 0);
  before_first_ = before_first;
  counted_from_ = 0;
}

double CouponTimes::estimate(int64_t from) {
  const auto first = static_cast<Cell>(std::clamp<int64_t>(tick(from) - before_first_, 1, last_tick));
  if (first != counted_from_) {
    counted_from_ = first;
    counted_ = 0;
    const size_t buckets = size_t{1} << bits_;
    for (uint32_t level = 0; level < levels_; ++level) {
      const Cell* const cells = cells_ + (size_t{level} << bits_);
      // 16 bits are enough for a level, and let more cells be compared at once.
      uint16_t in_window = 0;
      for (size_t bucket = 0; bucket < buckets; ++bucket)
        in_window = static_cast<uint16_t>(in_window + (cells[bucket] >= first));
      counted_ += in_window;
    }
  }
  if (counted_ != estimated_for_) {
    estimated_for_ = counted_;
    const auto coupons = static_cast<double>(counted_), buckets = static_cast<double>(uint64_t{1} << bits_);
    // All coupons of all levels: more values than there will be, and no number of values is expected to draw
    // them.
    const double drawable = std::min(coupons, buckets * most_levels - 1);
    estimate_ = counted_ == 0 ? 0 : values_drawing(drawable, buckets);
  }
  return estimate_;
}

void CouponTimes::save(std::string& out) const {
  append_bytes(out, levels_);
  append_bytes(out, before_first_);
  for (size_t i = 0, end = size_t{levels_} << bits_; i < end; ++i) append_bytes(out, cells_[i]);
}

bool CouponTimes::restore(std::string_view saved) {
  // What the newest time and the window say is where ticks must begin, give or take what they have moved
  // since.
  const int64_t newest_tick = before_first_ + window_ticks_ + 1;
  uint32_t levels;
  int64_t before_first;
  if (!take_bytes(saved, levels) || !take_bytes(saved, before_first)) return false;
  if (levels > most_levels || saved.size() != sizeof(Cell) * (size_t{levels} << bits_)) return false;
  if (before_first > before_first_ || before_first < newest_tick - last_tick) return false;
  const auto newest_cell = static_cast<Cell>(newest_tick - before_first);
  if (levels > levels_) add_levels(levels);
  before_first_ = before_first;
  for (size_t i = 0, end = size_t{levels} << bits_; i < end; ++i) {
    take_bytes(saved, cells_[i]);
    if (cells_[i] > newest_cell) return false;
  }
  return true;
}

}  // namespace sigrun
