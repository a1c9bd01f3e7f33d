#include "sketches/recent_values.h"

#include <algorithm>
#include <bit>
#include <new>
#include <utility>

namespace sigrun {

size_t RecentValues::places_for(size_t capacity) { return std::bit_ceil(capacity) * 2; }

size_t RecentValues::bytes_for(size_t capacity) {
  return capacity == 0 ? 0 : capacity * sizeof(Entry) + places_for(capacity) * sizeof(uint32_t);
}

void RecentValues::link_late(Id id) {
  const int64_t time = entries_[id].time;
  if (time <= entries_[oldest_].time) {
    late_ = id;
    return link_between(id, none, oldest_);
  }
  // Between the ends, so that differences are no less than zero and fit.
  const auto distance = [&](Id from) {
    const auto a = static_cast<uint64_t>(entries_[from].time), b = static_cast<uint64_t>(time);
    return entries_[from].time > time ? a - b : b - a;
  };
  Id at = distance(oldest_) < distance(newest_) ? oldest_ : newest_;
  if (late_ != none && distance(late_) < distance(at)) at = late_;
  // Up to an entry that is not newer and has one behind it that is not older; among equal ones any place will do.
  while (entries_[at].time > time) at = entries_[at].older;
  while (entries_[entries_[at].newer].time < time) at = entries_[at].newer;
  late_ = id;
  link_between(id, at, entries_[at].newer);
}

void RecentValues::shrink() {
  if (capacity_ > 4 * first_capacity && size_ <= capacity_ / 8)
    resize(std::max<size_t>(first_capacity, 2 * size_));
}

void RecentValues::resize(size_t capacity) {
  const size_t places = places_for(capacity);
  auto* const block = static_cast<std::byte*>(resource_->allocate(bytes_for(capacity), alignof(Entry)));
  auto* const entries = reinterpret_cast<Entry*>(block);
  auto* const index_begin = reinterpret_cast<uint32_t*>(block + capacity * sizeof(Entry));
  std::uninitialized_fill_n(index_begin, places, none);
  // In the order of time.
  uint32_t count = 0;
  for (Id id = oldest_; id != none; id = entries_[id].newer, ++count)
    new (&entries[count]) Entry{entries_[id].hash, entries_[id].time, count + 1, count - 1};
  if (count > 0) {
    entries[0].older = none;
    entries[count - 1].newer = none;
  }
  if (entries_) resource_->deallocate(entries_, bytes(), alignof(Entry));
  entries_ = entries;
  index_ = index_begin;
  capacity_ = static_cast<uint32_t>(capacity);
  index_mask_ = static_cast<uint32_t>(places - 1);
  oldest_ = count > 0 ? 0 : none;
  newest_ = count > 0 ? count - 1 : none;
  late_ = free_ = none;
  used_ = count;
  for (Id id = 0; id < count; ++id) index(id);
}

void RecentValues::clear() {
  if (entries_) resource_->deallocate(entries_, bytes(), alignof(Entry));
  entries_ = nullptr;
  index_ = nullptr;
  capacity_ = index_mask_ = size_ = used_ = 0;
  oldest_ = newest_ = late_ = free_ = none;
}

void RecentValues::swap(RecentValues& other) noexcept {
  std::swap(resource_, other.resource_);
  std::swap(entries_, other.entries_);
  std::swap(index_, other.index_);
  std::swap(capacity_, other.capacity_);
  std::swap(index_mask_, other.index_mask_);
  std::swap(size_, other.size_);
  std::swap(used_, other.used_);
  std::swap(oldest_, other.oldest_);
  std::swap(newest_, other.newest_);
  std::swap(late_, other.late_);
  std::swap(free_, other.free_);
}

}  // namespace sigrun
