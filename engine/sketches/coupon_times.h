// An estimate of the distinct values of a sliding window, in memory that depends on the logarithm of their
// number.
//
// Each value draws a coupon by its hash: a bucket, all alike, and a level, the first half of the time, the
// second a quarter, and so on. That is the bitmap of Flajolet and Martin ("Probabilistic counting algorithms
// for data base applications", JCSS 31, 1985), of which HyperLogLog keeps the highest level of each bucket
// alone. Chabchoub and Hébrail ("Sliding HyperLogLog: Estimating Cardinality in a Data Stream over a Sliding
// Window", ICDMW 2010) let it slide: for each bucket a list of levels with the times at which they may become
// the highest. Here every coupon keeps the newest time at which it was drawn, by level and bucket. This has
// all that those lists have, takes as much memory (levels of 16-bit times instead of linked lists), and one
// store instead of a list to repair for each value, whatever the order of times. Since no level is forgotten,
// the better estimate for whole bitmaps applies: the number of values that are expected to have drawn as many
// distinct coupons as the window has (Lang, "Back to the Future: an Even More Nearly Optimal Cardinality
// Estimation Algorithm", arXiv:1708.06839, 2017). Its relative standard error is ln 2 / √buckets, 0.69 /
// √buckets, where HyperLogLog has 1.04 / √buckets.
//
// Times are kept in ticks of which the longest window has 8,192 to 16,384: a window may begin up to one tick
// too early.
//
// Cost: add() is a store; estimate() goes through all cells where the window's begin has moved by a tick, and
// is remembered otherwise. All storage is one block of the resource.
//
// Threads: one at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>

namespace sigrun {

class CouponTimes {
 public:
  static constexpr uint32_t least_bits = 6, most_bits = 14;
  static constexpr uint32_t most_levels = 32;  // the last one has all that is rarer

  // `longest` as in SlidingDistinct; `newest` is the newest time so far.
  CouponTimes(int64_t longest, uint32_t bits, int64_t newest, std::pmr::memory_resource* resource);
  CouponTimes(const CouponTimes&) = delete;
  CouponTimes& operator=(const CouponTimes&) = delete;
  ~CouponTimes();

  // Not before newest − longest, `newest` being the newest time that was added.
  void add(int64_t time, uint64_t hash);
  // Of the values whose newest time is `from` or later.
  double estimate(int64_t from);

  size_t bytes() const { return bytes_for(levels_, bits_); }
  static size_t bytes_for(uint32_t levels, uint32_t bits) { return sizeof(uint16_t) * levels << bits; }

  void save(std::string& out) const;
  // Of one just made. False: not a state; the object can only be destroyed.
  bool restore(std::string_view saved);

 private:
  using Cell = uint16_t;  // ticks since before_first_; 0: never

  int64_t tick(int64_t time) const { return time >> tick_shift_; }
  void add_levels(uint32_t levels);
  void move_ticks(int64_t newest);

  std::pmr::memory_resource* resource_;
  Cell* cells_ = nullptr;  // by level, then bucket
  uint32_t bits_, levels_ = 0, tick_shift_ = 0;
  int64_t window_ticks_ = 0;
  int64_t before_first_;  // the tick before the one that a cell has as 1
  // What was counted last: cells of `counted_from_` or later.
  Cell counted_from_ = 0;
  uint64_t counted_ = 0;
  uint64_t estimated_for_ = UINT64_MAX;
  double estimate_ = 0;
};

inline void CouponTimes::add(int64_t time, uint64_t hash) {
  int64_t now = tick(time) - before_first_;
  if (now > UINT16_MAX) [[unlikely]] {
    move_ticks(time);
    now = tick(time) - before_first_;
  }
  const auto bucket = static_cast<size_t>(hash >> (64 - bits_));
  const auto zeros = static_cast<uint32_t>(std::countl_zero(hash << bits_));
  const uint32_t level = zeros < most_levels ? zeros : most_levels - 1;
  if (level >= levels_) [[unlikely]]
    add_levels(level + 1);
  Cell& cell = cells_[(size_t{level} << bits_) + bucket];
  const auto drawn = static_cast<Cell>(now);
  // What is drawn at first, or again after the window had left it, counts; nothing does where nothing was
  // counted.
  counted_ += static_cast<uint64_t>(cell < counted_from_) & static_cast<uint64_t>(drawn >= counted_from_);
  cell = cell < drawn ? drawn : cell;
}

}  // namespace sigrun
