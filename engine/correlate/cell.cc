#include "correlate/cell.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "correlate/closed_cell.h"
#include "correlate/sliding_cell.h"

namespace sigrun {
namespace {

// The calendar tells this many parts of a timespan apart: a group is given up at most that part of it too early, when memory is short,
// and looked at that often when nothing is.
constexpr int64_t pages_of_timespan = 16;

}  // namespace

void append_key_part(std::string_view value, size_t most, std::string& key) {
  FixedText<32> whole;
  size_t size = value.size();
  // A long value is told apart by its hash, and shown by its beginning.
  if (size > most) {
    whole = make_identity("key", {value}).text();
    value = value.substr(0, most);
    size = most + whole.size();
  }
  for (; size >= 0x80; size >>= 7) key += static_cast<char>(size | 0x80);
  key += static_cast<char>(size);
  key += value;
  key += std::string_view(whole);
}

std::vector<std::string> split_key(std::string_view key) {
  std::vector<std::string> parts;
  for (size_t at = 0; at < key.size();) {
    size_t size = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(key[at++]);
      size |= size_t{byte & 0x7Fu} << shift;
      if (byte < 0x80 || at == key.size()) break;
    }
    parts.emplace_back(key.substr(std::min(at, key.size()), size));
    at += size;
  }
  return parts;
}

std::unique_ptr<Cell> make_cell(const Correlation& correlation, uint32_t number) {
  if (correlation.closed) return std::make_unique<ClosedCell>(correlation, number);
  return std::make_unique<SlidingCell>(correlation, number);
}

Cell::Cell(const Correlation& correlation, uint32_t number, GroupLayout layout)
    : correlation_(correlation),
      number_(number),
      layout_(layout),
      state_(*this, std::max<int64_t>(1, correlation.timespan / pages_of_timespan)) {}

Cell::~Cell() = default;

void Cell::release(KeyedState::Entry& entry) { release_group(group_of(entry)); }

void Cell::clear() {
  state_.clear();
  due_.clear();
}

void Cell::set_due(const Group& group, int64_t time) {
  due_.push_back({time, group.entry().hash()});
  std::push_heap(due_.begin(), due_.end(), std::greater<>());
}

void Cell::settle(int64_t watermark, Shard& shard) {
  while (!due_.empty() && (due_.front().time < watermark || watermark == forever)) {
    std::pop_heap(due_.begin(), due_.end(), std::greater<>());
    const uint64_t hash = due_.back().hash;
    due_.pop_back();
    if (KeyedState::Entry* entry = state_.find_any(hash)) settle_group(group_of(*entry), watermark, shard);
  }
}

void Cell::shrink(size_t bytes, Shard& shard) {
  while (state_.bytes() > bytes && state_.evict_oldest(nullptr)) ++shard.counters.evicted;
}

bool Cell::grow(Group& group, size_t most, size_t wanted) {
  const size_t capacity = group.head().capacity;
  if (capacity >= most) return false;
  size_t larger = std::min(most, capacity + std::max<size_t>(2, capacity / 2));
  if (capacity < wanted && larger > wanted) larger = wanted;
  group = group_of(state_.resize(group.entry(), layout_.bytes(larger)));
  group.head().capacity = static_cast<uint32_t>(larger);
  return true;
}

void Cell::keep_evidence(const Group& group, const Arrival& arrival, bool important, Shard& shard) const {
  GroupHead& head = group.head();
  if (!important && head.sampled >= shard.limits.correlation_evidence) return;
  const uint64_t place = shard.evidence.add(head.evidence, *arrival.occurrence, *arrival.place,
                                            shard.limits.evidence_event_bytes);
  if (place == head.evidence) return;
  head.evidence = place;
  if (!important) ++head.sampled;
}

ShardFiring Cell::make_firing(const Group& group, int64_t from, int64_t to, const Arrival* maker,
                              uint64_t events, const Shard& shard) const {
  ShardFiring made;
  Firing& firing = made.firing;
  const std::string_view key = group.entry().key();
  firing.correlation = number_;
  firing.time = to;
  firing.from = from;
  firing.group = split_key(key);
  firing.events = events;
  firing.settled = maker == nullptr;
  if (maker) {
    made.order = maker->order;
    firing.id = make_identity("correlation", {correlation_.identity, key, maker->occurrence->id.text()});
  } else {
    firing.id = make_identity("correlation window", {correlation_.identity, key, fmt::to_string(to)});
  }
  shard.evidence.collect(group.head().evidence, from, to, shard.limits.correlation_evidence, firing.evidence);
  firing.evidence_missing = events - std::min<uint64_t>(events, firing.evidence.size());
  return made;
}

}  // namespace sigrun
