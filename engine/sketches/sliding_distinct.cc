#include "sketches/sliding_distinct.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <numbers>
#include <utility>

#include "support/saved_bytes.h"

namespace sigrun {
namespace {

// Times and timespans are kept within 146 years of 1970, so that their differences fit.
constexpr int64_t last_time = int64_t{1} << 62;
constexpr size_t value_bytes = sizeof(int64_t) + sizeof(uint64_t);  // of a value that is saved

SlidingDistinct::Shape sound(SlidingDistinct::Shape shape) {
  shape.longest = std::clamp<int64_t>(shape.longest, 0, last_time);
  shape.exact = std::clamp<uint32_t>(shape.exact, SlidingDistinct::least_exact, RecentValues::most_values);
  shape.sketch_bits = std::clamp(shape.sketch_bits, CouponTimes::least_bits, CouponTimes::most_bits);
  return shape;
}

}  // namespace

SlidingDistinct::SlidingDistinct(const Shape& shape, std::pmr::memory_resource* resource)
    : shape_(sound(shape)), resource_(resource), recent_(resource) {}

SlidingDistinct::SlidingDistinct(SlidingDistinct&& other) noexcept
    : SlidingDistinct(other.shape_, other.resource_) {
  *this = std::move(other);
}

SlidingDistinct& SlidingDistinct::operator=(SlidingDistinct&& other) noexcept {
  std::swap(shape_, other.shape_);
  std::swap(resource_, other.resource_);
  std::swap(recent_, other.recent_);
  std::swap(sketch_, other.sketch_);
  std::swap(newest_, other.newest_);
  std::swap(horizon_, other.horizon_);
  std::swap(incomplete_, other.incomplete_);
  return *this;
}

SlidingDistinct::~SlidingDistinct() { drop_sketch(); }

bool SlidingDistinct::add(int64_t time, uint64_t hash) {
  if (time < horizon_ || time < -last_time || time > last_time) [[unlikely]]
    return false;
  if (time > newest_) {
    newest_ = time;
    if (time - shape_.longest > horizon_) move_horizon(time - shape_.longest);
  }
  const RecentValues::Id known = recent_.find(hash);
  if (known != RecentValues::none) {
    if (time > recent_.time(known)) recent_.renew(known, time);
  } else if (recent_.size() < shape_.exact) {
    recent_.insert(time, hash, shape_.exact);
  } else {
    overflow(time, hash);
  }
  if (sketch_) sketch_->add(time, hash);
  return true;
}

// One value more than the exact ones may be: the one that was seen longest ago is left to the sketch.
inline void SlidingDistinct::overflow(int64_t time, uint64_t hash) {
  if (!sketch_) [[unlikely]]
    start_sketch();
  const int64_t oldest = recent_.time(recent_.oldest());
  incomplete_ = std::max(incomplete_, std::min(oldest, time));
  if (time > oldest) recent_.replace_oldest(time, hash);
}

inline void SlidingDistinct::move_horizon(int64_t horizon) {
  horizon_ = horizon;
  if (recent_.size() == 0 || recent_.time(recent_.oldest()) >= horizon) return;
  do recent_.erase_oldest();
  while (recent_.size() > 0 && recent_.time(recent_.oldest()) < horizon);
  recent_.shrink();
  // Not as soon as it could: around the limit it would come and go.
  if (sketch_ && incomplete_ < horizon && recent_.size() <= shape_.exact / 2) drop_sketch();
}

inline int64_t SlidingDistinct::begin_of(int64_t now, int64_t timespan) const {
  return std::clamp(now, std::max(newest_, -last_time), last_time) -
         std::clamp<int64_t>(timespan, 0, shape_.longest);
}

inline uint64_t SlidingDistinct::known_since(int64_t begin) const {
  // Adding has erased what is older than `longest`: most often nothing is.
  return begin <= horizon_ ? recent_.size() : recent_.count_since(begin);
}

SlidingDistinct::Count SlidingDistinct::count(int64_t now, int64_t timespan) {
  const int64_t begin = begin_of(now, timespan);
  const uint64_t known = known_since(begin);
  if (begin > incomplete_ || !sketch_) return {known, true};
  const double estimate = sketch_->estimate(std::max(begin, horizon_));
  return {std::max(known, static_cast<uint64_t>(std::llround(estimate))), false};
}

bool SlidingDistinct::at_least(uint64_t wanted, int64_t now, int64_t timespan) {
  const int64_t begin = begin_of(now, timespan);
  // Most often the whole of the exact part is in the window and enough.
  if (wanted <= recent_.size() && wanted <= known_since(begin)) return true;
  return begin <= incomplete_ && count(now, timespan).values >= wanted;
}

void SlidingDistinct::forget_before(int64_t time) {
  if (time > horizon_) move_horizon(std::min(time, last_time + 1));
}

void SlidingDistinct::clear() {
  drop_sketch();
  recent_.clear();
  newest_ = horizon_ = incomplete_ = INT64_MIN;
}

void SlidingDistinct::start_sketch() {
  make_sketch();
  recent_.for_each([&](int64_t time, uint64_t hash) { sketch_->add(time, hash); });
}

void SlidingDistinct::make_sketch() {
  void* const room = resource_->allocate(sizeof(CouponTimes), alignof(CouponTimes));
  sketch_ = new (room) CouponTimes(shape_.longest, shape_.sketch_bits, newest_, resource_);
}

void SlidingDistinct::drop_sketch() {
  if (!sketch_) return;
  sketch_->~CouponTimes();
  resource_->deallocate(sketch_, sizeof(CouponTimes), alignof(CouponTimes));
  sketch_ = nullptr;
}

size_t SlidingDistinct::bytes() const {
  return recent_.bytes() + (sketch_ ? sizeof(CouponTimes) + sketch_->bytes() : 0);
}

size_t SlidingDistinct::most_bytes(const Shape& shape) {
  const Shape it = sound(shape);
  return RecentValues::most_bytes(it.exact) + sizeof(CouponTimes) +
         CouponTimes::bytes_for(CouponTimes::most_levels, it.sketch_bits);
}

double SlidingDistinct::relative_error(const Shape& shape) {
  return std::numbers::ln2 / std::sqrt(std::ldexp(1.0, static_cast<int>(sound(shape).sketch_bits)));
}

void SlidingDistinct::save(std::string& out) const {
  append_bytes(out, shape_.longest);
  append_bytes(out, shape_.sketch_bits);
  append_bytes(out, newest_);
  append_bytes(out, horizon_);
  append_bytes(out, incomplete_);
  append_bytes(out, static_cast<uint8_t>(sketch_ != nullptr));
  append_bytes(out, static_cast<uint32_t>(recent_.size()));
  recent_.for_each([&](int64_t time, uint64_t hash) {
    append_bytes(out, time);
    append_bytes(out, hash);
  });
  if (sketch_) sketch_->save(out);
}

bool SlidingDistinct::restore(std::string_view saved) {
  clear();
  if (restore_all(saved)) return true;
  clear();
  return false;
}

bool SlidingDistinct::restore_all(std::string_view saved) {
  int64_t longest, newest, horizon, incomplete;
  uint32_t sketch_bits, values;
  uint8_t has_sketch;
  if (!take_bytes(saved, longest) || !take_bytes(saved, sketch_bits) || !take_bytes(saved, newest) ||
      !take_bytes(saved, horizon) || !take_bytes(saved, incomplete) || !take_bytes(saved, has_sketch) ||
      !take_bytes(saved, values))
    return false;
  if (longest != shape_.longest || sketch_bits != shape_.sketch_bits) return false;
  if (has_sketch > 1 || values > saved.size() / value_bytes) return false;
  if (newest == INT64_MIN) {  // nothing was ever added
    horizon_ = horizon;
    return horizon <= last_time + 1 && incomplete == INT64_MIN && has_sketch == 0 && values == 0 &&
           saved.empty();
  }
  if (newest < -last_time || newest > last_time || incomplete > newest) return false;
  if (horizon < newest - longest || horizon > last_time + 1) return false;
  newest_ = newest;
  horizon_ = horizon;
  incomplete_ = incomplete;

  const std::string_view rest = saved.substr(values * value_bytes);
  if (has_sketch != 0) {
    make_sketch();
    if (!sketch_->restore(rest)) return false;
  } else if (incomplete >= horizon || !rest.empty()) {
    return false;
  }
  int64_t before = horizon;
  for (uint32_t i = 0; i < values; ++i) {
    int64_t time = 0;
    uint64_t hash = 0;
    take_bytes(saved, time);
    take_bytes(saved, hash);
    if (time < before || time > newest || recent_.find(hash) != RecentValues::none) return false;
    before = time;
    if (recent_.size() < shape_.exact) {
      recent_.insert(time, hash, shape_.exact);
    } else {  // fewer are to be exact than were
      overflow(time, hash);
      sketch_->add(time, hash);
    }
  }
  return true;
}

}  // namespace sigrun
