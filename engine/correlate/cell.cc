#include "correlate/cell.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <unordered_map>

#include "correlate/closed_cell.h"
#include "correlate/sliding_cell.h"
#include "support/saved_bytes.h"

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

std::vector<std::string_view> key_parts(std::string_view key) {
  std::vector<std::string_view> parts;
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

std::vector<std::string> split_key(std::string_view key) {
  const std::vector<std::string_view> parts = key_parts(key);
  return {parts.begin(), parts.end()};
}

std::unique_ptr<Cell> make_cell(const Correlation& correlation, uint32_t number, BlockPool& pool,
                                RuleState* state) {
  if (correlation.kind) return correlation.kind->make_cell(correlation, number, pool, *state);
  if (correlation.closed) return std::make_unique<ClosedCell>(correlation, number, pool);
  return std::make_unique<SlidingCell>(correlation, number, pool);
}

Cell::Cell(const Correlation& correlation, uint32_t number, GroupLayout layout, BlockPool& pool, int64_t kept)
    : correlation_(correlation),
      number_(number),
      layout_(layout),
      state_(*this, std::max<int64_t>(1000, (kept ? kept : correlation.timespan) / pages_of_timespan), pool) {}

Cell::~Cell() = default;

void Cell::release(KeyedState::Entry& entry) { release_group(group_of(entry)); }

void Cell::clear() {
  clear_own();
  state_.clear();
  due_ = std::vector<Due>();  // assigned from braces it would keep its room
  most_due_ = 64;
  evicted_since_ = 0;
}

void Cell::set_due(const Group& group, int64_t time) {
  if (due_.size() >= most_due_) forget_idle_dues();
  due_.push_back({time, group.entry().hash()});
  std::push_heap(due_.begin(), due_.end(), std::greater<>());
}

void Cell::forget_idle_dues() {
  std::sort(due_.begin(), due_.end(), [](const Due& a, const Due& b) { return b > a; });
  due_.erase(std::unique(due_.begin(), due_.end(),
                         [](const Due& a, const Due& b) { return a.time == b.time && a.hash == b.hash; }),
             due_.end());
  std::erase_if(due_, [&](const Due& due) {
    KeyedState::Entry* entry = state_.find_any(due.hash);
    return !entry || !awaits(group_of(*entry), due.time);
  });
  if (due_.capacity() > 3 * due_.size()) due_.shrink_to_fit();
  // Sorted, it is a heap.
  most_due_ = std::max<size_t>(64, 2 * due_.size());
  evicted_since_ = 0;
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
  giving_up(true);
  while (this->bytes() > bytes && state_.evict_oldest()) {
    ++shard.counters.evicted;
    if (++evicted_since_ * 2 > due_.size() && !due_.empty()) forget_idle_dues();
  }
  giving_up(false);
}

bool Cell::grow(Group& group, size_t most, size_t wanted) {
  const size_t capacity = group.head().capacity;
  if (capacity >= most) return false;
  // A log that is still below what the condition needs is likely to need it all: it moves less often.
  const size_t step = capacity < wanted ? capacity + 1 : std::max<size_t>(2, capacity / 2);
  size_t larger = std::min(most, capacity + step);
  if (capacity < wanted && larger > wanted) larger = wanted;
  group = group_of(state_.resize(group.entry(), layout_.bytes(larger)));
  group.head().capacity = static_cast<uint32_t>(larger);
  return true;
}

void Cell::keep_evidence(const Group& group, const Arrival& arrival, bool important, Shard& shard) const {
  GroupHead& head = group.head();
  if (!important && head.sampled >= shard.limits.correlation_evidence) return;
  EvidenceRing& ring = shard.evidence;
  if (arrival.order != shard.evidence_order) {
    shard.evidence_order = arrival.order;
    shard.evidence_begin = ring.end();
  }
  // An event that brings several values, or that was kept before it turned out to be important, is kept once. Older records need not be looked at.
  uint64_t before = head.evidence;
  if (before >= shard.evidence_begin && ring.is_of(before, *arrival.occurrence, *arrival.place)) {
    if (!important || ring.has_text(before) || arrival.place->text.size() > shard.limits.evidence_event_bytes)
      return;
    before = ring.before(before);
  }
  const bool with_text = important || ring.lasts_since(group.empty() ? never : group.newest());
  const uint64_t place = ring.add(before, *arrival.occurrence, *arrival.place,
                                  with_text ? shard.limits.evidence_event_bytes : 0);
  if (place == before) return;
  shard.counters.evidence_named += !with_text;
  head.evidence = place;
  if (!important) ++head.sampled;
}

int64_t Cell::known_until() const {
  int64_t until = never;
  state_.for_each_scheduled([&](const KeyedState::Entry& entry, int64_t) {
    const int64_t newest = newest_of(group_of(entry));
    if (newest != never) until = std::max(until, saturated_sum(newest, correlation_.timespan));
  });
  return until;
}

void Cell::save(std::string& out) const {
  std::unordered_multimap<uint64_t, int64_t> dues;
  for (const Due& due : due_) dues.emplace(due.hash, due.time);
  std::string own;
  save_own(own);
  append_text(out, own);
  state_.for_each_scheduled([&](const KeyedState::Entry& entry, int64_t page) {
    const Group group = group_of(entry);
    const GroupHead& head = group.head();
    append_bytes(out, page);
    append_text(out, entry.key());
    append_bytes(out, head.evidence);
    append_bytes(out, head.sampled);
    append_bytes(out, static_cast<uint8_t>(head.held + 2 * head.cut + 4 * head.held_before));
    append_bytes(out, head.count);
    for (size_t i = 0; i < group.count(); ++i) {
      append_bytes(out, group.time(i));
      if (layout_.payloads) append_bytes(out, group.payload(i));
    }
    std::vector<int64_t> times;
    for (auto [due, end] = dues.equal_range(entry.hash()); due != end; ++due) times.push_back(due->second);
    std::sort(times.begin(), times.end());
    append_bytes(out, static_cast<uint32_t>(times.size()));
    for (int64_t time : times) append_bytes(out, time);
    own.clear();
    save_group(group, own);
    append_text(out, own);
  });
}

bool Cell::restore(std::string_view saved, const EvidenceRing& evidence) {
  clear();
  std::string_view own;
  bool sound = take_text(saved, own) && restore_own(own);
  while (sound && !saved.empty()) sound = restore_one(saved, evidence);
  if (!sound) clear();
  return sound;
}

// What no arrival can have brought is nowhere expected.
bool Cell::may_hold(int64_t time, uint64_t payload) const {
  if (time == never) return false;
  switch (correlation_.type) {
    case sigma::CorrelationType::temporal:
    case sigma::CorrelationType::temporal_ordered: return payload < correlation_.inputs.size();
    case sigma::CorrelationType::value_percentile:
    case sigma::CorrelationType::value_median: return std::isfinite(std::bit_cast<double>(payload));
    default: return true;
  }
}

bool Cell::restore_one(std::string_view& saved, const EvidenceRing& ring) {
  int64_t page;
  std::string_view key, own;
  uint64_t evidence;
  uint16_t sampled;
  uint8_t flags;
  uint32_t count, dues;
  if (!take_bytes(saved, page) || !take_text(saved, key) || !take_bytes(saved, evidence) ||
      !take_bytes(saved, sampled) || !take_bytes(saved, flags) || !take_bytes(saved, count))
    return false;
  const uint64_t hash = KeyedState::hash_of(key);
  if (!state_.is_page(page) || !ring.may_be_named(evidence)) return false;
  if (count > saved.size() / (layout_.stride() * sizeof(int64_t)) || state_.find(key, hash)) return false;
  const size_t capacity = std::max<size_t>(count, 1);
  KeyedState::Entry& entry = state_.insert(key, hash, layout_.bytes(capacity));
  const Group group = group_of(entry);
  group.head() = {
      evidence,         nullptr,         0, 0, static_cast<uint32_t>(capacity), sampled, (flags & 1) != 0,
      (flags & 4) != 0, (flags & 2) != 0};
  state_.schedule_on(entry, page);
  for (uint32_t i = 0; i < count; ++i) {
    int64_t time;
    uint64_t payload = 0;
    if (!take_bytes(saved, time) || (layout_.payloads && !take_bytes(saved, payload))) return false;
    if (!may_hold(time, payload) || (!group.empty() && time < group.newest())) return false;
    group.insert(time, payload);
  }
  if (!take_bytes(saved, dues)) return false;
  std::string_view times = saved;
  if (dues > saved.size() / sizeof(int64_t)) return false;
  saved.remove_prefix(dues * sizeof(int64_t));
  if (!take_text(saved, own) || !restore_group(group, own)) return false;
  // Once the group knows what it awaits.
  for (uint32_t i = 0; i < dues; ++i) {
    int64_t time;
    take_bytes(times, time);
    set_due(group, time);
  }
  return true;
}

ShardFiring Cell::make_firing(const Group& group, int64_t from, int64_t to, const Arrival* maker,
                              uint64_t events, const Shard& shard) const {
  ShardFiring made;
  Firing& firing = made.firing;
  // An entry of a cell may stand for less than the group.
  const std::string_view key = maker ? maker->key : group.entry().key();
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
