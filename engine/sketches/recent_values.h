// The distinct values that were seen last, each with its newest time: a table by hash (open addressing, at
// most half full) and a list by time (oldest to newest) over the same entries.
//
// Times may come in any order. Equal times stand in the order in which they came. A late one looks for its
// place from the nearest (by time) of the newest entry, the oldest one and the one that came late before it;
// so inputs that lag behind one another find it at once.
//
// All storage is one block of the resource: entries, then the index. No pointers are in it. It grows by
// doubling up to the limit that insert() is given, and shrinks when most of it is free.
//
// Threads: one at a time. It does not know windows (sliding_distinct.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>

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
  Id find(uint64_t hash) const;
  Id oldest() const { return oldest_; }                 // none where it is empty
  Id newest() const { return newest_; }                 // none where it is empty
  Id newer(Id id) const { return entries_[id].newer; }  // none behind the newest
  int64_t time(Id id) const { return entries_[id].time; }
  uint64_t hash(Id id) const { return entries_[id].hash; }

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

  size_t bytes() const { return bytes_for(capacity_); }
  static size_t bytes_for(size_t capacity);

 private:
  struct Entry {
    uint64_t hash;
    int64_t time;
    Id newer, older;  // of a free entry: `newer` is the next free one
  };
  static constexpr size_t first_capacity = 4;

  static size_t places_for(size_t capacity);
  uint32_t home(uint64_t hash) const { return static_cast<uint32_t>(hash) & index_mask_; }
  uint32_t behind(uint32_t place) const { return (place + 1) & index_mask_; }
  void index(Id id);
  void unindex(Id id);
  void link(Id id);
  void link_between(Id id, Id older, Id newer);
  void link_late(Id id);
  void unlink(Id id);
  void resize(size_t capacity);
  void swap(RecentValues& other) noexcept;

  std::pmr::memory_resource* resource_;
  Entry* entries_ = nullptr;
  uint32_t* index_ = nullptr;  // behind the entries: their ids, or none
  uint32_t capacity_ = 0, index_mask_ = 0, size_ = 0;
  uint32_t used_ = 0;  // entries from here on were never used
  Id oldest_ = none, newest_ = none;
  Id late_ = none;  // where a late entry was linked last
  Id free_ = none;
};

inline RecentValues::Id RecentValues::find(uint64_t hash) const {
  if (size_ == 0) return none;
  for (uint32_t place = home(hash);; place = behind(place)) {
    const Id id = index_[place];
    if (id == none || entries_[id].hash == hash) return id;
  }
}

inline void RecentValues::index(Id id) {
  uint32_t place = home(entries_[id].hash);
  while (index_[place] != none) place = behind(place);
  index_[place] = id;
}

inline void RecentValues::unindex(Id id) {
  uint32_t hole = home(entries_[id].hash);
  while (index_[hole] != id) hole = behind(hole);
  // What stands behind and may stand in the hole moves into it, so that no search ends there.
  for (uint32_t place = behind(hole); index_[place] != none; place = behind(place)) {
    const uint32_t from_home = (place - home(entries_[index_[place]].hash)) & index_mask_;
    if (from_home < ((place - hole) & index_mask_)) continue;
    index_[hole] = index_[place];
    hole = place;
  }
  index_[hole] = none;
}

inline void RecentValues::link_between(Id id, Id older, Id newer) {
  entries_[id].older = older;
  entries_[id].newer = newer;
  (older == none ? oldest_ : entries_[older].newer) = id;
  (newer == none ? newest_ : entries_[newer].older) = id;
}

inline void RecentValues::link(Id id) {
  if (newest_ != none && entries_[id].time < entries_[newest_].time) [[unlikely]]
    return link_late(id);
  link_between(id, newest_, none);
}

inline void RecentValues::unlink(Id id) {
  const Id older = entries_[id].older, newer = entries_[id].newer;
  (older == none ? oldest_ : entries_[older].newer) = newer;
  (newer == none ? newest_ : entries_[newer].older) = older;
  if (late_ == id) late_ = older;
}

inline void RecentValues::renew(Id id, int64_t time) {
  entries_[id].time = time;
  if (id == newest_) return;
  unlink(id);
  link(id);
}

inline void RecentValues::replace_oldest(int64_t time, uint64_t hash) {
  const Id id = oldest_;
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
  const Id id = oldest_;
  unlink(id);
  unindex(id);
  entries_[id].newer = free_;
  free_ = id;
  --size_;
}

}  // namespace sigrun
