// The events behind alerts, kept in a ring of bytes that overwrites the oldest: however many groups there are, evidence takes so much and no more.
//
// Each record names the group's record before it, so that a group holds one number. A record that was overwritten is missing, and so are those before it.
// A ring that is too small for its stream forgets events before their groups' windows end. It then keeps texts where they have a chance to be shown: of an event whose group's last
// one it still remembers (lasts_since()); of the others a record without text, a tenth as large, which names the event and stays the longer.
// Order of calls: add() gives the place to hand to the next add() of the group and to collect(). Threads: one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/firing.h"
#include "correlate/occurrence.h"
#include "time/saturated.h"

namespace sigrun {

class EvidenceRing {
 public:
  static constexpr uint64_t none = 0;  // no record

  explicit EvidenceRing(size_t bytes) : most_(bytes / 8 * 8) {}

  // A record behind the group's record `before`. Events longer than `event_bytes` are named, not kept; 0: so is any. Returns `before` where the ring has no room for
  // any record.
  uint64_t add(uint64_t before, const Occurrence& occurrence, const EventPlace& place, size_t event_bytes);

  // Whether the record at `last` is there and is of this very event.
  bool is_of(uint64_t last, const Occurrence& occurrence, const EventPlace& place) const;

  // Whether an event of this time, had it been added, would still be there, about.
  bool lasts_since(int64_t time) const { return begin_ == first_ || time >= oldest_time_; }
  // Of a record that is there.
  bool has_text(uint64_t place) const;
  uint64_t before(uint64_t place) const;

  // Where the next record will be.
  uint64_t end() const { return end_; }

  // Adds up to `most` records with times in [from, to], from `last` backwards, oldest first in `evidence`.
  void collect(uint64_t last, int64_t from, int64_t to, size_t most, std::vector<Evidence>& evidence) const;

  // What it takes by now, of as much as it may; clear() gives it back.
  size_t bytes() const { return ring_.capacity(); }
  void clear() {
    // Assigned from braces they would keep their room.
    ring_ = std::vector<char>();
    starts_ = std::vector<uint64_t>();
    begin_ = end_ = first_;
    oldest_time_ = never;
  }

  void save(std::string& out) const;
  // `source_of`: what a saved source is by now; records of those that it calls no_source are missing. False: damaged, and nothing is there.
  static constexpr SourceId no_source = UINT32_MAX;
  bool restore(std::string_view bytes, const std::function<SourceId(SourceId)>& source_of);
  // Right after restore(): whether a group may name this place as its newest record's, as one that was overwritten, or as none. What it names otherwise
  // would be taken for a record.
  bool may_be_named(uint64_t place) const;
  void end_restore() { starts_ = std::vector<uint64_t>(); }

 private:
  struct Record {
    uint64_t bytes;   // of the whole record, a multiple of eight
    uint64_t before;  // the group's record before this one
    int64_t time;
    Identity id;
    uint64_t line, offset;
    SourceId source;
    uint32_t input_bytes, text_bytes;
    uint32_t reserved;
  };
  bool holds(uint64_t place) const { return place >= begin_ && place < end_; }
  void make_room(size_t bytes);
  void know_oldest();
  void write(uint64_t place, const void* from, size_t bytes);
  void read(uint64_t place, void* to, size_t bytes) const;

  static constexpr uint64_t first_ = 8;  // places count up for ever; zero is none
  size_t most_;
  std::vector<char> ring_;
  std::vector<uint64_t> starts_;  // of records, while groups are restored
  uint64_t begin_ = first_,
           end_ = first_;  // what is there: [begin_, end_), each byte at its place modulo the ring's size
  int64_t oldest_time_ = never;  // of the record at begin_
};

}  // namespace sigrun
