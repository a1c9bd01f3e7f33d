#include "correlate/evidence_ring.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>

#include "support/saved_bytes.h"

namespace sigrun {

// A small ring grows until it has all the bytes that it may have: a shard that sees little holds little.
void EvidenceRing::make_room(size_t bytes) {
  while (end_ - begin_ + bytes > ring_.size() && ring_.size() < most_) {
    const size_t larger = std::min(most_, std::max<size_t>({ring_.size() * 2, bytes, 4096}));
    EvidenceRing grown(most_);
    grown.ring_.resize(larger);
    std::vector<char> all(end_ - begin_);
    read(begin_, all.data(), all.size());
    grown.write(begin_, all.data(), all.size());
    ring_ = std::move(grown.ring_);
  }
  if (end_ - begin_ + bytes <= ring_.size()) return;
  while (end_ - begin_ + bytes > ring_.size()) {
    uint64_t size = 0;
    read(begin_, &size, sizeof size);
    begin_ += size;
  }
  know_oldest();
}

void EvidenceRing::know_oldest() {
  oldest_time_ = never;
  if (begin_ != end_) read(begin_ + offsetof(Record, time), &oldest_time_, sizeof oldest_time_);
}

void EvidenceRing::write(uint64_t place, const void* from, size_t bytes) {
  if (bytes == 0) return;
  const size_t at = place % ring_.size(), straight = std::min(bytes, ring_.size() - at);
  std::memcpy(ring_.data() + at, from, straight);
  std::memcpy(ring_.data(), static_cast<const char*>(from) + straight, bytes - straight);
}

void EvidenceRing::read(uint64_t place, void* to, size_t bytes) const {
  if (bytes == 0) return;
  const size_t at = place % ring_.size(), straight = std::min(bytes, ring_.size() - at);
  std::memcpy(to, ring_.data() + at, straight);
  std::memcpy(static_cast<char*>(to) + straight, ring_.data(), bytes - straight);
}

uint64_t EvidenceRing::add(uint64_t before, const Occurrence& occurrence, const EventPlace& place,
                           size_t event_bytes) {
  const std::string_view text = place.text.size() <= event_bytes ? place.text : std::string_view();
  const size_t bytes = (sizeof(Record) + place.input.size() + text.size() + 7) / 8 * 8;
  if (bytes > most_) return before;
  make_room(bytes);
  const Record record{bytes,
                      before,
                      occurrence.time,
                      occurrence.id,
                      place.line,
                      place.offset,
                      occurrence.source,
                      static_cast<uint32_t>(place.input.size()),
                      static_cast<uint32_t>(text.size()),
                      0};
  const uint64_t at = end_;
  if (begin_ == end_) oldest_time_ = occurrence.time;
  write(at, &record, sizeof record);
  write(at + sizeof record, place.input.data(), place.input.size());
  write(at + sizeof record + place.input.size(), text.data(), text.size());
  end_ += bytes;
  // The next record is likely to be about as long, and where it comes to lie was not looked at for long.
  const size_t next = end_ % ring_.size(), to = std::min(next + bytes, ring_.size());
  for (size_t ahead = next; ahead < to; ahead += 64) __builtin_prefetch(&ring_[ahead], 1);
  return at;
}

bool EvidenceRing::is_of(uint64_t last, const Occurrence& occurrence, const EventPlace& place) const {
  if (!holds(last)) return false;
  Record record;
  read(last, &record, sizeof record);
  return record.id == occurrence.id && record.line == place.line && record.offset == place.offset;
}

bool EvidenceRing::has_text(uint64_t place) const {
  uint32_t bytes = 0;
  read(place + offsetof(Record, text_bytes), &bytes, sizeof bytes);
  return bytes > 0;
}

uint64_t EvidenceRing::before(uint64_t place) const {
  uint64_t before = none;
  read(place + offsetof(Record, before), &before, sizeof before);
  return before;
}

void EvidenceRing::collect(uint64_t last, int64_t from, int64_t to, size_t most,
                           std::vector<Evidence>& evidence) const {
  const size_t old = evidence.size();
  for (uint64_t at = last; holds(at) && evidence.size() - old < most;) {
    Record record;
    read(at, &record, sizeof record);
    if (record.time >= from && record.time <= to && record.source != no_source) {
      Evidence& found = evidence.emplace_back();
      found.id = record.id;
      found.source = record.source;
      found.time = record.time;
      found.line = record.line;
      found.offset = record.offset;
      found.input.resize(record.input_bytes);
      read(at + sizeof record, found.input.data(), record.input_bytes);
      found.event.resize(record.text_bytes);
      read(at + sizeof record + record.input_bytes, found.event.data(), record.text_bytes);
    }
    at = record.before;
  }
  // Records are in the order of arrival, backwards.
  const auto first = evidence.begin() + static_cast<ptrdiff_t>(old);
  std::reverse(first, evidence.end());
  std::stable_sort(first, evidence.end(), [](const Evidence& a, const Evidence& b) { return a.time < b.time; });
}

void EvidenceRing::save(std::string& out) const {
  append_bytes(out, begin_);
  append_bytes(out, end_);
  const size_t old = out.size();
  out.resize(old + (end_ - begin_));
  read(begin_, out.data() + old, end_ - begin_);
}

bool EvidenceRing::restore(std::string_view saved, const std::function<SourceId(SourceId)>& source_of) {
  clear();
  uint64_t begin, end;
  if (!take_bytes(saved, begin) || !take_bytes(saved, end)) return false;
  // Places count up for ever; half of them are more than any scan comes to.
  if (begin < first_ || end < begin || end > UINT64_MAX / 2 || end - begin != saved.size()) return false;
  if (saved.size() > most_) {
    // A smaller ring than it was: nothing of it is kept, and what groups remember of it is missing.
    begin_ = end_ = end;
    return true;
  }
  // Records one behind the other, to the end, each behind one of them: collect() trusts them.
  std::string records(saved);
  std::vector<uint64_t> starts;
  for (size_t at = 0; at < records.size();) {
    Record record;
    if (records.size() - at < sizeof record) return false;
    std::memcpy(&record, records.data() + at, sizeof record);
    const uint64_t contents = sizeof record + uint64_t{record.input_bytes} + record.text_bytes;
    if (record.bytes != (contents + 7) / 8 * 8 || record.bytes > records.size() - at) return false;
    if (record.before >= begin && !std::binary_search(starts.begin(), starts.end(), record.before))
      return false;
    record.source = source_of(record.source);
    std::memcpy(records.data() + at, &record, sizeof record);
    starts.push_back(begin + at);
    at += record.bytes;
  }
  begin_ = end_ = begin;
  make_room(records.size());
  write(begin, records.data(), records.size());
  end_ = end;
  starts_ = std::move(starts);
  know_oldest();
  return true;
}

bool EvidenceRing::may_be_named(uint64_t place) const {
  return place < begin_ || std::binary_search(starts_.begin(), starts_.end(), place);
}

}  // namespace sigrun
