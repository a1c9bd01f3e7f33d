// The distinct values that were seen last, each with its newest time: a table by hash (open addressing) and
// an order by time.
//
// Times may come in any order. Values whose times come in order are linked from oldest to newest; one that
// comes late stays beside that list, in a heap by time, until it is renewed or is the oldest. So a value
// costs a constant, a late one the logarithm of the number of late ones, whatever their times are.
//
// All storage is of the resource: one block with the entries and the index, and one for the heap once a value
// came late. No pointers are in them. The first grows by doubling up to the limit that insert() is given, and
// shrinks when most of it is free.
//
// Threads: one at a time. It does not know windows (sliding_distinct.h).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

namespace sigrun {

class RecentValues {
 public:
  using Id = uint32_t;
  static constexpr Id none = UINT32_MAX;
  static constexpr size_t most_values = size_t{1} << 28;

  explicit RecentValues(std::pmr::memory_resource* resource) : resource_(resource) {}
  RecentValues(RecentValues&& other) noexcept : RecentValues(other.resource_) { swap(other); }
  RecentValues& operator=(RecentValues&& other) noexcept {
    swap(other);
    return *this;
  }
  ~RecentValues() { clear(); }

  size_t size() const { return size_; }
  Id find(uint64_t hash) const;  // none where it is not in it
  Id oldest() const;             // none where it is empty
  int64_t time(Id id) const { return entries_[id].time; }
  // How many have this time or a later one. Goes through those that have not.
  size_t count_since(int64_t time) const;
  // Calls visit(time, hash) for each, from oldest to newest.
  template <class Visit>
  void for_each(Visit&& visit) const;

  // A hash that is not in it. Memory grows by doubling up to `limit` values; size() is below it.
  void insert(int64_t time, uint64_t hash, size_t limit);
  // The entry's time becomes a later one.
  void renew(Id id, int64_t time);
  // The oldest entry becomes another value, whose hash is not in it.
  void replace_oldest(int64_t time, uint64_t hash);
  void erase_oldest();
  // Gives memory back where most of it is free; for after erase_oldest().
  void shrink();
  void clear();

  size_t bytes() const { return bytes_for(capacity_) + late_capacity_ * sizeof(Late); }
  static size_t most_bytes(size_t limit) { return bytes_for(limit) + limit * sizeof(Late); }

 private:
  struct Entry {
    uint64_t hash;
    int64_t time;
    // Of a late entry: `newer` is its place in the heap, `older` is `late`. Of a free one: `newer` is the
    // next free one.
    Id newer, older;
  };
  struct Late {
    int64_t time;
    Id id;
  };
  static constexpr Id late = none - 1;
  static constexpr size_t first_capacity = 4;
  static constexpr size_t most_narrow = UINT16_MAX;  // entries whose ids and `none` fit into 16 bits

  // ---- by hash ----
  static size_t places_for(size_t capacity);
  static size_t bytes_for(size_t capacity);
  uint32_t home(uint64_t hash) const { return static_cast<uint32_t>(hash) & index_mask_; }
  uint32_t behind(uint32_t place) const { return (place + 1) & index_mask_; }
  Id indexed(uint32_t place) const {
    if (wide_) [[unlikely]]
      return wide_[place];
    return narrow_[place] == UINT16_MAX ? none : narrow_[place];
  }
  void set_indexed(uint32_t place, Id id) {
    if (wide_) [[unlikely]]
      wide_[place] = id;
    else
      narrow_[place] = static_cast<uint16_t>(id);
  }
  void index(Id id);
  void unindex(Id id);

  // ---- by time ----
  void link(Id id);
  void unlink(Id id);
  void push_late(Id id);
  void erase_late(uint32_t place);
  void rise(uint32_t place, Late entry);
  void sink(uint32_t place, Late entry);
  void set_late(uint32_t place, Late entry) {
    late_[place] = entry;
    entries_[entry.id].newer = place;
  }
  void release_late();
  template <class Visit>
  void for_each_id(std::span<const Late> sorted_late, Visit&& visit) const;
  static bool earlier(const Late& a, const Late& b) { return a.time < b.time; }

  void resize(size_t capacity);
  void swap(RecentValues& other) noexcept;

  std::pmr::memory_resource* resource_;
  Entry* entries_ = nullptr;
  // The ids by hash, behind the entries: one of the two.
  uint16_t* narrow_ = nullptr;
  uint32_t* wide_ = nullptr;
  Late* late_ = nullptr;  // the heap, the oldest first
  uint32_t capacity_ = 0, index_mask_ = 0, size_ = 0, late_capacity_ = 0, late_size_ = 0;
  uint32_t used_ = 0;  // entries from here on were never used
  Id oldest_ = none, newest_ = none;
  Id free_ = none;
};

inline RecentValues::Id RecentValues::find(uint64_t hash) const {
  if (size_ == 0) return none;
  for (uint32_t place = home(hash);; place = behind(place)) {
    const Id id = indexed(place);
    if (id == none || entries_[id].hash == hash) return id;
  }
}

inline RecentValues::Id RecentValues::oldest() const {
  if (late_size_ == 0) [[likely]]
    return oldest_;
  return oldest_ != none && entries_[oldest_].time <= late_[0].time ? oldest_ : late_[0].id;
}

inline void RecentValues::index(Id id) {
  uint32_t place = home(entries_[id].hash);
  while (indexed(place) != none) place = behind(place);
  set_indexed(place, id);
}

inline void RecentValues::unindex(Id id) {
  uint32_t hole = home(entries_[id].hash);
  while (indexed(hole) != id) hole = behind(hole);
  // What stands behind and may stand in the hole moves into it, so that no search ends there.
  for (uint32_t place = behind(hole); indexed(place) != none; place = behind(place)) {
    const uint32_t from_home = (place - home(entries_[indexed(place)].hash)) & index_mask_;
    if (from_home < ((place - hole) & index_mask_)) continue;
    set_indexed(hole, indexed(place));
    hole = place;
  }
  set_indexed(hole, none);
}

inline void RecentValues::link(Id id) {
  if (newest_ != none && entries_[id].time < entries_[newest_].time) [[unlikely]]
    return push_late(id);
  entries_[id].older = newest_;
  entries_[id].newer = none;
  (newest_ == none ? oldest_ : entries_[newest_].newer) = id;
  newest_ = id;
}

inline void RecentValues::unlink(Id id) {
  const Id older = entries_[id].older, newer = entries_[id].newer;
  if (older == late) [[unlikely]]
    return erase_late(newer);
  (older == none ? oldest_ : entries_[older].newer) = newer;
  (newer == none ? newest_ : entries_[newer].older) = older;
}

inline void RecentValues::renew(Id id, int64_t time) {
  if (id != newest_) unlink(id);
  entries_[id].time = time;
  if (id != newest_) link(id);
}

inline void RecentValues::replace_oldest(int64_t time, uint64_t hash) {
  const Id id = oldest();
  unlink(id);
  unindex(id);
  entries_[id].hash = hash;
  entries_[id].time = time;
  index(id);
  link(id);
}

inline void RecentValues::insert(int64_t time, uint64_t hash, size_t limit) {
  if (size_ == capacity_) [[unlikely]]
    resize(capacity_ == 0 ? first_capacity : size_t{capacity_} * 2 < limit ? size_t{capacity_} * 2 : limit);
  Id id = free_;
  if (id == none)
    id = used_++;
  else
    free_ = entries_[id].newer;
  entries_[id].hash = hash;
  entries_[id].time = time;
  index(id);
  link(id);
  ++size_;
}

inline void RecentValues::erase_oldest() {
  const Id id = oldest();
  unlink(id);
  unindex(id);
  entries_[id].newer = free_;
  free_ = id;
  --size_;
}

template <class Visit>
void RecentValues::for_each_id(std::span<const Late> sorted_late, Visit&& visit) const {
  auto next_late = sorted_late.begin();
  for (Id id = oldest_; id != none;) {
    if (next_late != sorted_late.end() && next_late->time < entries_[id].time) {
      visit((next_late++)->id);
    } else {
      const Id newer = entries_[id].newer;
      visit(id);
      id = newer;
    }
  }
}

template <class Visit>
void RecentValues::for_each(Visit&& visit) const {
  std::vector<Late> sorted_late(late_, late_ + late_size_);
  std::stable_sort(sorted_late.begin(), sorted_late.end(), earlier);
  for_each_id(sorted_late, [&](Id id) { visit(entries_[id].time, entries_[id].hash); });
}

}  // namespace sigrun
