// Blocks of memory by key, bounded in bytes, given up by event time: what correlations and behaviour baselines keep of each group.
//
// An entry is one block: its key, then a payload of the owner's own making. A coarse calendar over event time holds each entry once, under the time until
// which its owner needed it when it was last looked at; expire() looks again at those whose time has come, so that using an entry costs
// nothing. Eviction takes from the same calendar, oldest first.
//
// Order of calls: insert() what find() did not find; then expire() as the watermark moves and, while bytes() is more than one may have,
// evict_oldest(). References to entries are valid until the next insert(), resize(), expire() or eviction.
// Threads: one at a time. It does not know why an entry is needed: that is the Owner's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string_view>
#include <vector>

namespace sigrun {

class KeyedState {
 public:
  class Entry {
   public:
    std::string_view key() const { return {reinterpret_cast<const char*>(this + 1), key_bytes_}; }
    std::byte* payload() { return reinterpret_cast<std::byte*>(this + 1) + padded(key_bytes_); }
    const std::byte* payload() const { return const_cast<Entry*>(this)->payload(); }
    size_t payload_bytes() const { return payload_bytes_; }
    uint64_t hash() const { return hash_; }

   private:
    friend class KeyedState;
    static size_t padded(size_t bytes) { return (bytes + 7) / 8 * 8; }
    uint64_t hash_;
    uint32_t key_bytes_, payload_bytes_;
  };

  class Owner {
   public:
    virtual ~Owner() = default;
    // Event time from which on the entry may be forgotten.
    virtual int64_t needed_until(const Entry& entry) const = 0;
    // Frees what the payload owns elsewhere. The entry goes away.
    virtual void release(Entry& entry) = 0;
  };

  // `calendar_page`: nanoseconds of event time that the calendar does not tell apart, from 1.
  KeyedState(Owner& owner, int64_t calendar_page) : owner_(owner), page_(calendar_page) {}
  ~KeyedState() { clear(); }
  KeyedState(const KeyedState&) = delete;
  KeyedState& operator=(const KeyedState&) = delete;

  static uint64_t hash_of(std::string_view key);

  // Asks for memory before it is needed: of the hash's place in the table, then of what stands there. An entry that may be the hash's is
  // returned, null where there is none; it is valid until something changes.
  void prefetch(uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  }
  const Entry* prefetch_entry(uint64_t hash) const;

  // Null where there is none. `hash`: hash_of(key).
  Entry* find(std::string_view key, uint64_t hash) const;
  // Any entry of that hash; null where there is none. For those who remember hashes instead of keys: two keys in 2⁶⁴ share one.
  Entry* find_any(uint64_t hash) const;
  // The key must not be there. The payload is zero bytes; the owner must be able to say needed_until() once schedule() is called.
  Entry& insert(std::string_view key, uint64_t hash, size_t payload_bytes);
  // Once, after insert() and the first filling.
  void schedule(const Entry& entry) { add_to_calendar(entry.hash_, owner_.needed_until(entry)); }
  // Bytes behind the old payload are zero.
  Entry& resize(Entry& entry, size_t payload_bytes);

  // Memory that payloads own elsewhere, or own no longer.
  void charge(size_t bytes) { bytes_ += bytes; }
  void discharge(size_t bytes) { bytes_ -= bytes; }

  // Drops what is not needed at `now` and later; tells how many entries that were.
  size_t expire(int64_t now);
  // Drops the entry that is needed least long, about; never `spare`. False where there is no other.
  bool evict_oldest(const Entry* spare);
  // Whether expire(now) has anything to look at.
  bool may_expire(int64_t now) const { return !calendar_.empty() && end_of(calendar_.begin()->first) <= now; }

  // Every entry once, with its page of the calendar, in the order in which they would be evicted; and an entry put on a page in that order again.
  template <class Visit>
  void for_each_scheduled(Visit&& visit) const {
    for (const auto& [page, hashes] : calendar_)
      for (uint64_t hash : hashes)
        if (const Entry* entry = find_any(hash)) visit(*entry, page);
  }
  void schedule_on(const Entry& entry, int64_t page) { add_to_page(entry.hash_, page); }
  bool is_page(int64_t page) const { return page >= page_of(INT64_MIN) && page <= page_of(INT64_MAX); }

  size_t size() const { return size_; }
  size_t bytes() const { return bytes_ + slots_.capacity() * sizeof(uint64_t); }
  void clear();

 private:
  // A slot is an entry's address, which has 48 bits on the machines that this is built for, under sixteen bits of its hash.
  static constexpr int tag_shift = 48;
  static Entry* entry_of(uint64_t slot) {
    return reinterpret_cast<Entry*>(slot & ((uint64_t{1} << tag_shift) - 1));
  }
  static uint64_t tag_of(uint64_t hash) { return hash >> tag_shift << tag_shift; }

  int64_t page_of(int64_t time) const { return time / page_ - (time % page_ < 0); }
  int64_t end_of(int64_t page) const {
    int64_t end;
    return __builtin_mul_overflow(page + 1, page_, &end) ? INT64_MAX : end;
  }
  size_t home(uint64_t hash) const { return hash & (slots_.size() - 1); }
  size_t slot_of(const Entry& entry) const;
  void resize_table(size_t slots);
  void put(Entry* entry);
  void erase(Entry& entry);
  void add_to_calendar(uint64_t hash, int64_t until) { add_to_page(hash, page_of(until)); }
  void add_to_page(uint64_t hash, int64_t page) { put_on(page_at(page), hash); }
  std::vector<uint64_t>& page_at(int64_t page);
  void put_on(std::vector<uint64_t>& page, uint64_t hash) {
    const size_t before = page.capacity();
    page.push_back(hash);
    bytes_ += (page.capacity() - before) * sizeof(uint64_t);
  }
  Owner& owner_;
  int64_t page_;
  std::vector<uint64_t> slots_;  // open addressing, linear probing; a power of two
  size_t size_ = 0;
  size_t bytes_ = 0;                                   // of entries, of what they own, of the calendar
  std::map<int64_t, std::vector<uint64_t>> calendar_;  // hashes by page
};

}  // namespace sigrun
