// One group of a correlation as it lies in its block of keyed state: a head, what the type keeps (its aggregate), and the log.
//
// The log holds the group's occurrences sorted by time, those of one time in the order of arrival, each as a time and, for types that need it, a payload:
// the input's number, a number's bits, a value's hash. It begins somewhere in its room and moves to the front when the room ends.
// A Group is a view: valid as long as the entry is where it was. Threads: one at a time.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "correlate/keyed_state.h"
#include "time/saturated.h"

namespace sigrun {

struct Episodes;

// In the payload of a distinct value: the event has brought another one before. The other bits are the value's hash.
constexpr uint64_t another_value = uint64_t{1} << 63;

// Of a number in a sum or average. 2^63 of them, more than any window has, do not leave what a double holds.
constexpr double largest_summand = 1e288;

// Zero bytes are a new group.
struct GroupHead {
  uint64_t evidence;   // the newest record in the shard's ring
  Episodes* episodes;  // of what fired; null before
  uint32_t begin, count, capacity;
  uint16_t sampled;      // evidence records of events that the log still holds, about
  bool held : 1;         // the condition held at the newest entry
  bool held_before : 1;  // and at the newest entry of an earlier time
  bool cut : 1;          // the log has let go of entries that it should hold
};

// What all groups of a correlation have in common.
struct GroupLayout {
  size_t aggregate_bytes = 0;  // a multiple of eight
  bool payloads = false;
  size_t stride() const { return payloads ? 2 : 1; }
  size_t bytes(size_t capacity) const {
    return sizeof(GroupHead) + aggregate_bytes + capacity * stride() * sizeof(int64_t);
  }
};

class Group {
 public:
  Group(KeyedState::Entry& entry, const GroupLayout& layout) : entry_(&entry), layout_(&layout) {}

  KeyedState::Entry& entry() const { return *entry_; }
  GroupHead& head() const { return *reinterpret_cast<GroupHead*>(entry_->payload()); }
  template <class Aggregate>
  Aggregate* aggregate() const {
    return reinterpret_cast<Aggregate*>(entry_->payload() + sizeof(GroupHead));
  }

  size_t count() const { return head().count; }
  bool empty() const { return head().count == 0; }
  int64_t time(size_t i) const { return words()[i * layout_->stride()]; }
  uint64_t payload(size_t i) const { return static_cast<uint64_t>(words()[i * layout_->stride() + 1]); }
  double number(size_t i) const { return std::bit_cast<double>(payload(i)); }
  int64_t newest() const { return time(count() - 1); }
  // The first entry with a time of at least `time`; the first with a later one.
  size_t first_from(int64_t time) const {
    return partition([&](int64_t at) { return at < time; });
  }
  size_t first_after(int64_t time) const {
    return partition([&](int64_t at) { return at <= time; });
  }

  bool full() const { return head().count == head().capacity; }
  // Puts an entry behind those of its time and tells its place. There must be room.
  size_t insert(int64_t time, uint64_t payload) const {
    GroupHead& h = head();
    const size_t stride = layout_->stride();
    if (h.begin + h.count == h.capacity) {
      std::memmove(room(), words(), h.count * stride * sizeof(int64_t));
      h.begin = 0;
    }
    size_t place = h.count;
    while (place > 0 && this->time(place - 1) > time) --place;
    int64_t* at = words() + place * stride;
    std::memmove(at + stride, at, (h.count - place) * stride * sizeof(int64_t));
    at[0] = time;
    if (layout_->payloads) at[1] = static_cast<int64_t>(payload);
    ++h.count;
    return place;
  }
  void drop_front(size_t entries) const {
    head().begin += static_cast<uint32_t>(entries);
    head().count -= static_cast<uint32_t>(entries);
    if (head().count == 0) head().begin = 0;
  }
  void take_out(size_t place) const {
    int64_t* at = words() + place * layout_->stride();
    std::memmove(at, at + layout_->stride(),
                 (count() - place - 1) * layout_->stride() * sizeof(int64_t));
    --head().count;
  }
  // Of the first 2 × `pairs` entries each two become one: at the later one's time, with the sum of their numbers.
  void add_up_pairs(size_t pairs) const {
    int64_t* at = words();
    for (size_t i = 0; i < pairs; ++i) {
      const double sum = number(2 * i) + number(2 * i + 1);
      at[2 * i] = time(2 * i + 1);
      at[2 * i + 1] = std::bit_cast<int64_t>(sum);
    }
    std::memmove(at + 2 * pairs, at + 4 * pairs, (head().count - 2 * pairs) * 2 * sizeof(int64_t));
    head().count -= static_cast<uint32_t>(pairs);
  }

 private:
  int64_t* room() const {
    return reinterpret_cast<int64_t*>(entry_->payload() + sizeof(GroupHead) + layout_->aggregate_bytes);
  }
  int64_t* words() const { return room() + head().begin * layout_->stride(); }
  template <class Before>
  size_t partition(Before&& before) const {
    size_t low = 0, high = count();
    while (low < high) {
      const size_t middle = (low + high) / 2;
      if (before(time(middle)))
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }

  KeyedState::Entry* entry_;
  const GroupLayout* layout_;
};

}  // namespace sigrun
