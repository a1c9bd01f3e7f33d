#include "sketches/recent_values.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <new>
#include <utility>

namespace sigrun {

// The emptier the index is the more often its first look decides, and the fewer of the processor's guesses
// are wrong: eight places for an entry make a value that is new cost a third of what it costs with two.
size_t RecentValues::places_for(size_t capacity) {
  return std::bit_ceil(capacity) * (capacity <= most_narrow ? 8 : 4);
}

size_t RecentValues::bytes_for(size_t capacity) {
  if (capacity == 0) return 0;
  return capacity * sizeof(Entry) +
         places_for(capacity) * (capacity <= most_narrow ? sizeof(uint16_t) : sizeof(uint32_t));
}

size_t RecentValues::count_since(int64_t time) const {
  size_t count = size_;
  for (Id id = oldest_; id != none && entries_[id].time < time; id = entries_[id].newer) --count;
  // The heap is gone through where its first entry is too old.
  if (late_size_ > 0 && late_[0].time < time)
    for (uint32_t place = 0; place < late_size_; ++place) count -= late_[place].time < time;
  return count;
}

void RecentValues::push_late(Id id) {
  if (late_size_ == late_capacity_) {
    const uint32_t wanted = std::min(std::max<uint32_t>(first_capacity, 2 * late_capacity_), capacity_);
    auto* const block = static_cast<Late*>(resource_->allocate(wanted * sizeof(Late), alignof(Late)));
    std::uninitialized_copy_n(late_, late_size_, block);
    release_late();
    late_ = block;
    late_capacity_ = wanted;
  }
  entries_[id].older = late;
  rise(late_size_++, {entries_[id].time, id});
}

void RecentValues::erase_late(uint32_t place) {
  const Late last = late_[--late_size_];
  if (place == late_size_) return;
  if (place > 0 && last.time < late_[(place - 1) / 2].time)
    rise(place, last);
  else
    sink(place, last);
}

void RecentValues::rise(uint32_t place, Late entry) {
  for (; place > 0 && entry.time < late_[(place - 1) / 2].time; place = (place - 1) / 2)
    set_late(place, late_[(place - 1) / 2]);
  set_late(place, entry);
}

void RecentValues::sink(uint32_t place, Late entry) {
  for (uint32_t child = 2 * place + 1; child < late_size_; child = 2 * place + 1) {
    if (child + 1 < late_size_ && late_[child + 1].time < late_[child].time) ++child;
    if (entry.time <= late_[child].time) break;
    set_late(place, late_[child]);
    place = child;
  }
  set_late(place, entry);
}

void RecentValues::release_late() {
  if (late_) resource_->deallocate(late_, late_capacity_ * sizeof(Late), alignof(Late));
  late_ = nullptr;
  late_capacity_ = 0;
}

void RecentValues::shrink() {
  if (capacity_ <= 4 * first_capacity || size_ > capacity_ / 8) return;
  resize(std::max(first_capacity, 2 * size_t{size_}));
}

// Everything into a new block, in the order of time; nothing is late in it.
void RecentValues::resize(size_t capacity) {
  const size_t places = places_for(capacity);
  auto* const block = static_cast<std::byte*>(resource_->allocate(bytes_for(capacity), alignof(Entry)));
  auto* const entries = reinterpret_cast<Entry*>(block);
  uint32_t count = 0;
  if (late_size_ > 0) std::sort(late_, late_ + late_size_, earlier);
  for_each_id({late_, late_size_}, [&](Id id) {
    new (&entries[count]) Entry{entries_[id].hash, entries_[id].time, count + 1, count - 1};
    ++count;
  });
  if (count > 0) {
    entries[0].older = none;
    entries[count - 1].newer = none;
  }
  release_late();
  late_size_ = 0;
  if (entries_) resource_->deallocate(entries_, bytes_for(capacity_), alignof(Entry));
  entries_ = entries;
  std::byte* const behind_entries = block + capacity * sizeof(Entry);
  narrow_ = nullptr;
  wide_ = nullptr;
  if (capacity <= most_narrow)
    std::uninitialized_fill_n(narrow_ = reinterpret_cast<uint16_t*>(behind_entries), places, UINT16_MAX);
  else
    std::uninitialized_fill_n(wide_ = reinterpret_cast<uint32_t*>(behind_entries), places, none);
  capacity_ = static_cast<uint32_t>(capacity);
  index_mask_ = static_cast<uint32_t>(places - 1);
  oldest_ = count > 0 ? 0 : none;
  newest_ = count > 0 ? count - 1 : none;
  free_ = none;
  used_ = count;
  for (Id id = 0; id < count; ++id) index(id);
}

void RecentValues::clear() {
  release_late();
  if (entries_) resource_->deallocate(entries_, bytes_for(capacity_), alignof(Entry));
  entries_ = nullptr;
  narrow_ = nullptr;
  wide_ = nullptr;
  capacity_ = index_mask_ = size_ = late_size_ = used_ = 0;
  oldest_ = newest_ = free_ = none;
}

void RecentValues::swap(RecentValues& other) noexcept {
  std::swap(resource_, other.resource_);
  std::swap(entries_, other.entries_);
  std::swap(narrow_, other.narrow_);
  std::swap(wide_, other.wide_);
  std::swap(late_, other.late_);
  std::swap(capacity_, other.capacity_);
  std::swap(index_mask_, other.index_mask_);
  std::swap(size_, other.size_);
  std::swap(late_capacity_, other.late_capacity_);
  std::swap(late_size_, other.late_size_);
  std::swap(used_, other.used_);
  std::swap(oldest_, other.oldest_);
  std::swap(newest_, other.newest_);
  std::swap(free_, other.free_);
}

}  // namespace sigrun
