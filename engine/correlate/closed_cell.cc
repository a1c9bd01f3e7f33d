#include "correlate/closed_cell.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "support/saved_bytes.h"

namespace sigrun {
namespace {

constexpr size_t first_capacity = 4;

}  // namespace

ClosedCell::ClosedCell(const Correlation& correlation, uint32_t number, BlockPool& pool)
    : Cell(correlation, number, {sizeof(Windows), correlation.type != sigma::CorrelationType::event_count},
           pool) {}

int64_t ClosedCell::needed_until(const KeyedState::Entry& entry) const {
  const int64_t open = opened(group_of(const_cast<KeyedState::Entry&>(entry)));
  return open == forever ? never : saturated_sum(open, correlation_.timespan);
}

void ClosedCell::release_group(Group group) {
  Tallies* tallies = std::exchange(tallies_of(group), nullptr);
  if (!tallies) return;
  for (const WindowTally& tally : *tallies) state_.discharge(tally.bytes());
  delete tallies;
}

void ClosedCell::save_group(Group group, std::string& out) const {
  append_bytes(out, group.aggregate<Windows>()->due);
  const Tallies* tallies = tallies_of(group);
  append_bytes(out, static_cast<uint32_t>(tallies ? tallies->size() : 0));
  if (!tallies) return;
  std::string own;
  for (const WindowTally& tally : *tallies) {
    own.clear();
    tally.save(own);
    append_bytes(out, tally.from());
    append_text(out, own);
  }
}

bool ClosedCell::restore_group(Group group, std::string_view saved) {
  uint32_t count;
  if (!take_bytes(saved, group.aggregate<Windows>()->due) || !take_bytes(saved, count)) return false;
  if (count == 0) return saved.empty();
  Tallies* tallies = tallies_of(group) = new Tallies;
  for (uint32_t i = 0; i < count; ++i) {
    int64_t from;
    std::string_view own;
    const bool there = take_bytes(saved, from) && take_text(saved, own);
    // One at least must be there while the group has any: release_group() looks at it.
    WindowTally& tally = tallies->emplace_back(correlation_, there ? from : 0, exact_values(0));
    const bool sound = there && tally.restore(own);
    state_.charge(tally.bytes());
    if (!sound) return false;
  }
  return saved.empty();
}

int64_t ClosedCell::newest_of(Group group) const {
  if (!group.empty()) return group.newest();
  const Tallies* tallies = tallies_of(group);
  return tallies ? tallies->back().to() : never;
}

// Distinct values are exact up to what they are compared with.
size_t ClosedCell::exact_values(size_t events) const {
  size_t exact = std::max<size_t>(events, 64);
  if (correlation_.type == sigma::CorrelationType::value_count)
    for (const CorrelationBound& bound : correlation_.bounds)
      exact =
          std::max(exact, static_cast<size_t>(std::clamp<double>(bound.number, 0, most_exact_values)) + 1);
  return exact;
}

void ClosedCell::add_to(const Group&, WindowTally& tally, int64_t time, uint64_t payload) {
  const size_t bytes = tally.bytes();
  tally.add(time, payload);
  state_.charge(tally.bytes());
  state_.discharge(bytes);
}

void ClosedCell::tally_log(const Group& group, Shard& shard) {
  Tallies*& tallies = tallies_of(group);
  if (!tallies) tallies = new Tallies;
  for (size_t i = 0; i < group.count(); ++i) {
    if (tallies->empty() || group.time(i) > tallies->back().to()) {
      tallies->emplace_back(correlation_, group.time(i), exact_values(0));
      state_.charge(tallies->back().bytes());
    }
    add_to(group, tallies->back(), group.time(i), payload(group, i));
  }
  shard.counters.settled_early += group.count();
  group.drop_front(group.count());
}

void ClosedCell::take(const Arrival& arrival, Shard& shard) {
  const int64_t time = arrival.occurrence->time;
  KeyedState::Entry* entry = state_.find(arrival.key, arrival.hash);
  // Behind the watermark windows have been decided, but for one that is still open.
  if (time < shard.watermark && (!entry || time < opened(group_of(*entry)))) {
    shard.counters.late += arrival.first;
    return;
  }
  shard.counters.occurrences += arrival.first;
  Group group =
      group_of(entry ? *entry : state_.insert(arrival.key, arrival.hash, layout_.bytes(first_capacity)));
  if (!entry) {
    group.head().capacity = first_capacity;
    ++shard.counters.groups_made;
  }
  keep_evidence(group, arrival, false, shard);
  if (group.full() && !grow(group, shard.limits.correlation_log_entries, 0)) tally_log(group, shard);
  if (Tallies* tallies = tallies_of(group); tallies && time <= tallies->back().to()) {
    auto tally = std::find_if(tallies->begin(), tallies->end(),
                              [&](const WindowTally& window) { return time <= window.to(); });
    add_to(group, *tally, std::max(time, tally->from()), arrival.payload);
    return state_.schedule(group.entry(), needed_until(group.entry()));
  }
  group.insert(time, arrival.payload);
  wait_for_end(group);
  state_.schedule(group.entry(), needed_until(group.entry()));
}

// Of the window that is open. An event that comes late may open it earlier: the call that was asked for before then finds nothing to do.
void ClosedCell::wait_for_end(const Group& group) {
  int64_t& due = group.aggregate<Windows>()->due;
  const int64_t end = saturated_sum(opened(group), correlation_.timespan);
  if (due != 0 && due <= end) return;
  due = end;
  set_due(group, end);
}

void ClosedCell::settle_group(Group group, int64_t watermark, Shard& shard) {
  int64_t& due = group.aggregate<Windows>()->due;
  if (due >= watermark && watermark != forever) return;
  due = 0;
  for (int64_t open = opened(group); open != forever; open = opened(group)) {
    const int64_t end = saturated_sum(open, correlation_.timespan);
    if (end >= watermark && watermark != forever) return wait_for_end(group);
    if (Tallies* tallies = tallies_of(group)) {
      decide(group, tallies->front(), shard);
      state_.discharge(tallies->front().bytes());
      tallies->erase(tallies->begin());
      if (tallies->empty()) delete std::exchange(tallies_of(group), nullptr);
      continue;
    }
    const size_t entries = group.first_after(end);
    WindowTally tally(correlation_, open, exact_values(entries));
    for (size_t i = 0; i < entries; ++i) tally.add(group.time(i), payload(group, i));
    decide(group, tally, shard);
    group.drop_front(entries);
    group.head().sampled = 0;
  }
}

void ClosedCell::decide(const Group& group, WindowTally& tally, Shard& shard) {
  if (!tally.holds()) return;
  ShardFiring made = make_firing(group, tally.from(), tally.to(), nullptr, tally.events(), shard);
  made.firing.value = tally.value();
  shard.firings.push_back(std::move(made));
}

}  // namespace sigrun
