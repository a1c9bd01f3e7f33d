// Blocks of memory by key, bounded in bytes, given up by event time: what correlations and behaviour baselines keep of each group.
//
// An entry is one block: its key, then a payload of the owner's own making. Its slot in the table also says, in eight bits, to which page of a coarse calendar over
// event time the entry belongs: the time until which its owner needs it. Using an entry writes there what was read anyway, and expire() goes through the slots, which
// lie one behind the other, and looks at those entries only whose page has passed. Eviction takes what is needed least long, then by key.
//
// Order of calls: insert() what find() did not find; schedule() whenever it has been used; then expire() as the watermark moves and, while bytes() is more than one may
// have, evict_oldest(). References to entries are valid until the next insert(), resize(), expire() or eviction.
// Threads: one at a time. It does not know why an entry is needed: that is the Owner's. The pool must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>
#include <vector>

#include "correlate/block_pool.h"

namespace sigrun {

class KeyedState : private std::pmr::memory_resource {
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

  // `calendar_page`: nanoseconds of event time that the calendar does not tell apart, from 1,000.
  KeyedState(Owner& owner, int64_t calendar_page, BlockPool& pool)
      : owner_(owner), pool_(pool), page_(calendar_page) {}
  ~KeyedState() override { clear(); }
  KeyedState(const KeyedState&) = delete;
  KeyedState& operator=(const KeyedState&) = delete;

  static uint64_t hash_of(std::string_view key);

  // Asks for memory before it is needed: of the hash's place in the table, then of what stands there.
  void prefetch(uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]);
  }
  void prefetch_entry(uint64_t hash) const;

  // Null where there is none. `hash`: hash_of(key).
  Entry* find(std::string_view key, uint64_t hash) const;
  // Any entry of that hash; null where there is none. For those who remember hashes instead of keys: two keys in 2⁶⁴ share one.
  Entry* find_any(uint64_t hash) const;
  // The key must not be there. The payload is zero bytes; schedule() must follow before anything else does.
  Entry& insert(std::string_view key, uint64_t hash, size_t payload_bytes);
  // After each use: `until` is what the owner would say of needed_until(). Less is allowed: the entry is asked again when that has passed.
  void schedule(const Entry& entry, int64_t until);
  // Bytes behind the old payload are zero.
  Entry& resize(Entry& entry, size_t payload_bytes);

  // For what payloads own elsewhere: counted as theirs as long as it is.
  std::pmr::memory_resource& memory() { return *this; }
  // The same of other memory.
  void charge(size_t bytes) { bytes_ += bytes; }
  void discharge(size_t bytes) { bytes_ -= bytes; }

  // Drops what is not needed at `now` and later; tells how many entries that were.
  size_t expire(int64_t now);
  // Drops the entry that is needed least long, of these the one whose key hashes lowest: the same one whatever happened before. False where there is none.
  bool evict_oldest();
  // From which `now` on expire() has anything to look at.
  int64_t next_look() const { return next_look_; }

  // Every entry once, in any order, with its page of the calendar; and an entry put on such a page again, before schedule() or instead of it.
  template <class Visit>
  void for_each_scheduled(Visit&& visit) const {
    for (uint64_t slot : slots_)
      if (slot) visit(static_cast<const Entry&>(*entry_of(slot)), first_page_ + age_of(slot, first_page_));
  }
  void schedule_on(const Entry& entry, int64_t page);
  bool is_page(int64_t page) const { return page >= page_of(INT64_MIN) && page <= page_of(INT64_MAX); }

  size_t size() const { return size_; }
  // Of entries and of what they own, of the table, and of what eviction remembers.
  size_t bytes() const {
    return bytes_ + slots_.capacity() * sizeof(uint64_t) + candidates_.capacity() * sizeof(Candidate);
  }
  void clear();

 private:
  // A slot is an entry's address, which has 48 bits on the machines that this is built for, the lowest four of them zero; above that its page of the calendar, modulo
  // 256; above that twelve bits of its hash.
  static constexpr int stamp_shift = 44, tag_shift = 52;
  static Entry* entry_of(uint64_t slot) {
    return reinterpret_cast<Entry*>((slot & ((uint64_t{1} << stamp_shift) - 1)) << 4);
  }
  static uint64_t address_bits(const Entry* entry) { return reinterpret_cast<uint64_t>(entry) >> 4; }
  static uint64_t tag_of(uint64_t hash) { return hash >> tag_shift << tag_shift; }
  static uint64_t with_stamp(uint64_t slot, int64_t page) {
    return (slot & ~(uint64_t{0xFF} << stamp_shift)) | static_cast<uint64_t>(static_cast<uint8_t>(page))
                                                           << stamp_shift;
  }
  // Pages from first_page_ to the slot's.
  uint8_t age_of(uint64_t slot, int64_t first) const {
    return static_cast<uint8_t>((slot >> stamp_shift) - static_cast<uint64_t>(first));
  }

  // An entry that may have to go: of those that are needed least long.
  struct Candidate {
    int64_t until;
    uint64_t order, hash;  // `order`: of the key alone, the same in every process
    // The heap's first is the lowest.
    bool operator<(const Candidate& other) const {
      return until != other.until ? until > other.until : order > other.order;
    }
  };

  void* do_allocate(size_t bytes, size_t) override;
  void do_deallocate(void* block, size_t bytes, size_t) override;
  bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

  int64_t page_of(int64_t time) const { return time / page_ - (time % page_ < 0); }
  int64_t begin_of(int64_t page) const {
    int64_t begin;
    return !__builtin_mul_overflow(page, page_, &begin) ? begin : page < 0 ? INT64_MIN : INT64_MAX;
  }
  size_t home(uint64_t hash) const { return hash & (slots_.size() - 1); }
  size_t slot_of(const Entry& entry) const;
  void resize_table(size_t slots);
  void put(uint64_t slot, uint64_t hash);
  void erase(Entry& entry);
  void shrink_table();
  void begin_at(int64_t page);
  void stamp(size_t slot, int64_t page);
  void look_next();
  void add_candidate(const Entry& entry, int64_t until);
  bool find_candidates();

  Owner& owner_;
  BlockPool& pool_;
  int64_t page_;
  std::vector<uint64_t> slots_;  // open addressing, linear probing; a power of two
  size_t size_ = 0;
  size_t bytes_ = 0;  // of entries, and of what they own
  // Stamps are of the pages [first_page_, first_page_ + 255], none of them after last_page_; an entry that is needed longer has the last, one that is needed less long the first.
  int64_t first_page_ = 0, last_page_ = 0;
  int64_t next_look_ = INT64_MAX;            // when expire() has something to look at
  int64_t known_begin_ = 0, known_end_ = 0;  // the page asked for last: [begin, end)
  int64_t known_page_ = 0;
  mutable size_t found_ = 0;  // the slot that was found or filled last
  std::vector<Candidate>
      candidates_;  // a heap; all that are needed no longer than candidates_until_, exclusive
  int64_t candidates_until_ = 0;
};

}  // namespace sigrun
