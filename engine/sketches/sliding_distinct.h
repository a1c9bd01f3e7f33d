// How many distinct values a sliding window of time has: exact while they are few, estimated beyond that.
//
// Two parts. RecentValues (recent_values.h) holds the `exact` values that were seen last, each with its
// newest time; whatever window has no more of them is counted exactly, at any time, also while the second
// part is at work. CouponTimes (coupon_times.h) is the sketch: it exists while the longest window has more
// values than the first part holds, and goes when they have become few again. The window is never gone
// through again for a count.
//
// What is exact: "at least N" for every N up to `exact`. Any other count is an estimate whose relative
// standard error is relative_error(): 2.2 % with ten sketch bits, so that 95 of 100 counts are within 4.4 %.
// An estimate is never less than what is certain.
//
// Windows contain both their ends: count(now, timespan) is of [now − timespan, now]. Of a value only its
// newest time is kept, so windows end at the newest time added, or later; a window that ends earlier is
// counted as if it ended there, with what lies behind `now` in it. Times may come in any order. One that lies
// before newest − longest is refused; one far ahead forgets all before it, so times that cannot be true must
// be kept away.
//
// `hash` stands for the value and must be seeded_hash()'s or as good: values of one hash are one value, the
// sketch's error supposes that bits are fair, and whoever can choose hashes can choose collisions.
//
// Cost. add(): amortised constant, and for a time that comes late the logarithm of the number of late ones
// among the exact values. count() and at_least(): constant for the timespan `longest` at the newest time; for
// a shorter one or a later end they walk over the exact values that are left out. A count that needs the
// sketch goes through its cells where the window has moved by a tick (coupon_times.h; about 1 µs), and is
// remembered as long as nothing changes; at_least() up to `exact` never needs it.
//
// Memory is asked of the resource and nowhere else, and moves with the object; bytes() says how much of it is
// in use, and most_bytes() what it can become. 40 bytes for each exact value there is room for (room doubles,
// from four up to `exact`), and up to 16 for each that came late. The sketch, with ten bits, adds 2 KiB times
// (3 + the logarithm to base 2 of the number of values), at most 64 KiB. While one of them grows, old and new
// are held. Saving and starting the sketch sort late values in ordinary memory.
//
// Threads: one at a time. Lifetimes: the resource outlives the object. It has no clock and does not hash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>

#include "sketches/coupon_times.h"
#include "sketches/recent_values.h"

namespace sigrun {

class SlidingDistinct {
 public:
  static constexpr uint32_t least_exact = 64;

  struct Shape {
    int64_t longest = 0;           // nanoseconds: no timespan asked for is longer; negative is 0
    uint32_t exact = least_exact;  // values that are counted exactly; less is taken for least_exact
    uint32_t sketch_bits = 10;     // 2 to this power are the sketch's buckets; 6 to 14

    bool operator==(const Shape&) const = default;
  };

  explicit SlidingDistinct(const Shape& shape,
                           std::pmr::memory_resource* resource = std::pmr::get_default_resource());
  SlidingDistinct(SlidingDistinct&& other) noexcept;
  SlidingDistinct& operator=(SlidingDistinct&& other) noexcept;
  ~SlidingDistinct();

  // False: the time lies before all windows that can still be asked for, and nothing has changed.
  bool add(int64_t time, uint64_t hash);

  struct Count {
    uint64_t values = 0;
    bool exact = true;
  };
  // `timespan` is at most Shape::longest (a longer one is taken for it) and not negative.
  Count count(int64_t now, int64_t timespan);
  // The same question as count(now, timespan).values >= wanted, without an estimate where it is certain.
  bool at_least(uint64_t wanted, int64_t now, int64_t timespan);

  // Values whose newest time is before `time` are forgotten: no window will begin there. For idle times;
  // adding does it by itself.
  void forget_before(int64_t time);
  void clear();

  const Shape& shape() const { return shape_; }
  bool empty() const { return recent_.size() == 0; }
  bool estimates() const { return sketch_ != nullptr; }  // whether the sketch is at work
  int64_t newest_time() const { return newest_; }        // INT64_MIN where nothing was added

  // Bytes held of the resource. sizeof(SlidingDistinct) is not among them.
  size_t bytes() const;
  static size_t most_bytes(const Shape& shape);
  // Of an estimate, one standard deviation: ln 2 / √buckets (Lang 2017).
  static double relative_error(const Shape& shape);

  // Appends the state. Fixed form, little-endian; whoever keeps it keeps its version and a checksum.
  void save(std::string& out) const;
  // Takes a state that save() wrote, from an object of the same `longest` and `sketch_bits`; `exact` may have
  // changed (until a window of it has passed, "at least N" is exact up to the smaller of both). False:
  // `saved` is not such a state, and the object is empty. Any bytes may be given.
  bool restore(std::string_view saved);

 private:
  void overflow(int64_t time, uint64_t hash);
  void move_horizon(int64_t horizon);
  int64_t begin_of(int64_t now, int64_t timespan) const;
  uint64_t known_since(int64_t begin) const;
  void start_sketch();
  void make_sketch();
  void drop_sketch();
  bool restore_all(std::string_view saved);

  Shape shape_;
  std::pmr::memory_resource* resource_;
  RecentValues recent_;
  CouponTimes* sketch_ = nullptr;  // of the resource
  int64_t newest_ = INT64_MIN;
  int64_t horizon_ = INT64_MIN;     // nothing before it is kept
  int64_t incomplete_ = INT64_MIN;  // values up to this time may be missing from recent_
};

}  // namespace sigrun
