#include "correlate/sliding_cell.h"

#include <algorithm>
#include <utility>

#include "support/saved_bytes.h"

namespace sigrun {
namespace {

constexpr size_t first_capacity = 2;

GroupLayout layout_for(const SlidingCondition& condition) {
  return {(condition.aggregate_bytes() + 7) / 8 * 8, condition.payloads()};
}

}  // namespace

SlidingCell::SlidingCell(const Correlation& correlation, uint32_t number, BlockPool& pool)
    : SlidingCell(correlation, number, pool, make_sliding_condition(correlation)) {}

SlidingCell::SlidingCell(const Correlation& correlation, uint32_t number, BlockPool& pool,
                         std::unique_ptr<SlidingCondition> condition)
    : Cell(correlation, number, layout_for(*condition), pool), condition_(std::move(condition)) {
  condition_->use_memory(state_.memory());
}

int64_t SlidingCell::needed_until(const KeyedState::Entry& entry) const {
  const Group group = group_of(const_cast<KeyedState::Entry&>(entry));
  return group.empty() ? never : saturated_sum(group.newest(), correlation_.timespan);
}

void SlidingCell::release_group(Group group) {
  condition_->release(group);
  if (Episodes* episodes = std::exchange(group.head().episodes, nullptr)) {
    state_.discharge(sizeof *episodes);
    delete episodes;
  }
}

void SlidingCell::save_group(Group group, std::string& out) const {
  std::string aggregate;
  condition_->save(group, aggregate);
  append_text(out, aggregate);
  const Episodes* episodes = group.head().episodes;
  append_bytes(out, static_cast<uint8_t>(episodes != nullptr));
  if (!episodes) return;
  append_bytes(out, episodes->last_emitted);
  append_bytes(out, episodes->disordered);
  append_bytes(out, static_cast<uint32_t>(episodes->pairs.size()));
  for (const Episodes::Pair& pair : episodes->pairs) {
    append_bytes(out, pair.canonical);
    append_bytes(out, pair.emitted);
  }
  append_bytes(out, static_cast<uint32_t>(episodes->loose.size()));
  for (int64_t emitted : episodes->loose) append_bytes(out, emitted);
}

bool SlidingCell::restore_group(Group group, std::string_view saved) {
  condition_->reset(group);
  for (size_t i = 0; i < group.count(); ++i) condition_->add(group, i);
  std::string_view aggregate;
  const bool sound = take_text(saved, aggregate) && condition_->restore(group, aggregate);
  uint8_t any;
  if (!sound || !take_bytes(saved, any) || group.empty()) return false;
  if (!any) return saved.empty();
  Episodes& episodes = episodes_of(group);
  uint32_t count;
  if (!take_bytes(saved, episodes.last_emitted) || !take_bytes(saved, episodes.disordered) ||
      !take_bytes(saved, count))
    return false;
  for (uint32_t i = 0; i < count; ++i) {
    Episodes::Pair& pair = episodes.pairs.emplace_back();
    if (!take_bytes(saved, pair.canonical) || !take_bytes(saved, pair.emitted)) return false;
  }
  if (!take_bytes(saved, count)) return false;
  for (uint32_t i = 0; i < count; ++i)
    if (!take_bytes(saved, episodes.loose.emplace_back())) return false;
  return saved.empty();
}

Group SlidingCell::make_group(const Arrival& arrival) {
  const size_t capacity = std::min<size_t>(first_capacity, std::max<size_t>(1, condition_->entries_needed()));
  KeyedState::Entry& entry = state_.insert(arrival.key, arrival.hash, layout_.bytes(capacity));
  Group group = group_of(entry);
  group.head().capacity = static_cast<uint32_t>(capacity);
  condition_->reset(group);
  return group;
}

// Entries that no window can ask for again: those older than a timespan before the last entry that is certainly final, and before what is to be computed again.
size_t SlidingCell::entries_to_drop(const Group& group, int64_t watermark) const {
  int64_t final_before = std::min(watermark, group.newest());
  if (const Episodes* episodes = group.head().episodes)
    final_before = std::min(final_before, episodes->disordered);
  const size_t unsettled = group.first_from(final_before);
  return unsettled == 0
             ? 0
             : group.first_from(saturated_difference(group.time(unsettled - 1), correlation_.timespan));
}

void SlidingCell::make_room(Group& group, Shard& shard) {
  const size_t drop = entries_to_drop(group, shard.watermark);
  if (drop > 0) {
    condition_->leave(group, drop);
    group.drop_front(drop);
    GroupHead& head = group.head();
    head.sampled -= static_cast<uint16_t>(std::min<size_t>(head.sampled, drop));
  }
  // Room for one entry would have to be made again with the next.
  if (drop * 4 >= group.head().capacity) return;
  const size_t needed = condition_->entries_needed();
  if (grow(group, shard.limits.correlation_log_entries + needed, needed)) return;
  if (!group.full()) return;
  settle_early(group, shard);
  shard.counters.settled_early += condition_->thin_out(group);
}

// What a full log is about to let go of, half of it at most, is final now: alerts that wait for the watermark can be told of while their windows are there.
void SlidingCell::settle_early(const Group& group, Shard& shard) {
  const int64_t final_before = saturated_sum(group.time(group.count() / 2), 1);
  if (group.head().episodes && final_before > shard.watermark) settle_group(group, final_before, shard);
}

void SlidingCell::take(const Arrival& arrival, Shard& shard) {
  const int64_t time = arrival.occurrence->time;
  KeyedState::Entry* entry = state_.find(arrival.key, arrival.hash);
  const bool covered = saturated_sum(time, correlation_.timespan) >= shard.watermark &&
                       (!entry || !group_of(*entry).head().cut || time >= group_of(*entry).time(0));
  if (!covered) {
    shard.counters.late += arrival.first;
    return;
  }
  shard.counters.occurrences += arrival.first;
  shard.counters.groups_made += !entry;
  Group group = entry ? group_of(*entry) : make_group(arrival);
  if (group.full()) make_room(group, shard);
  // What lies behind a gap of a timespan needs evidence of its own.
  if (!group.empty() && group.newest() < saturated_difference(time, correlation_.timespan))
    group.head().sampled = 0;
  keep_evidence(group, arrival, false, shard);
  const size_t place = group.insert(time, arrival.payload);
  if (place + 1 == group.count())
    take_in_order(group, arrival, shard);
  else
    take_late(group, place, arrival, shard);
  state_.schedule(group.entry(), saturated_sum(group.newest(), correlation_.timespan));
}

Episodes& SlidingCell::episodes_of(const Group& group) {
  Episodes*& episodes = group.head().episodes;
  if (!episodes) {
    episodes = new Episodes;
    state_.charge(sizeof *episodes);
  }
  return *episodes;
}

// What lies behind the watermark is final: a late event makes new alerts of later windows only.
void SlidingCell::mark_disordered(const Group& group, int64_t from, int64_t watermark) {
  from = std::max(from, watermark);
  Episodes& episodes = *group.head().episodes;
  if (episodes.disordered == forever) set_due(group, group.newest());
  episodes.disordered = std::min(episodes.disordered, from);
}

void SlidingCell::take_in_order(Group& group, const Arrival& arrival, Shard& shard) {
  const size_t newest = group.count() - 1;
  const int64_t time = group.time(newest);
  GroupHead& head = group.head();
  condition_->add(group, newest);
  // Of one time the last entry stands for all.
  if (newest == 0 || group.time(newest - 1) != time) head.held_before = head.held;
  if (!arrival.last) return;
  head.held = condition_->holds(group, newest);
  if (!head.held) return;

  Episodes& episodes = episodes_of(group);
  const bool may_emit =
      episodes.last_emitted == never || time > saturated_sum(episodes.last_emitted, correlation_.timespan);
  const int64_t last = episodes.pairs.empty() ? never : episodes.pairs.back().canonical;
  const bool goes_on = last != never && time <= saturated_sum(last, correlation_.timespan) &&
                       (head.held_before || last == time);
  if (episodes.disordered != forever) {
    if (!may_emit) return;
    episodes.loose.push_back(time);
  } else if (goes_on) {
    // The alert that the episode began with may wait still, because an emission before it was too near.
    if (!may_emit) return;
    episodes.pairs.back().emitted = time;
  } else {
    forget_certain(episodes, shard.watermark);
    episodes.pairs.push_back({time, may_emit ? time : never});
    if (!may_emit) return set_due(group, time);
  }
  emit(group, time, &arrival, shard);
}

void SlidingCell::take_late(Group& group, size_t place, const Arrival& arrival, Shard& shard) {
  condition_->add_late(group, place);
  Episodes& episodes = episodes_of(group);
  mark_disordered(group, group.time(place), shard.watermark);
  if (!arrival.last) return;
  const size_t newest = group.count() - 1;
  const int64_t time = group.time(newest);
  group.head().held = condition_->holds(group, newest);
  if (!group.head().held) return;
  if (episodes.last_emitted != never && time <= saturated_sum(episodes.last_emitted, correlation_.timespan))
    return;
  episodes.loose.push_back(time);
  emit(group, time, &arrival, shard);
}

// Pairs that no late event can touch any more, but for the last, from which the next episode counts.
void SlidingCell::forget_certain(Episodes& episodes, int64_t watermark) const {
  const auto touched = std::find_if(
      episodes.pairs.begin(), episodes.pairs.end(),
      [&](const Episodes::Pair& pair) { return pair.emitted == never || pair.canonical >= watermark; });
  if (touched - episodes.pairs.begin() > 1) episodes.pairs.erase(episodes.pairs.begin(), touched - 1);
}

void SlidingCell::emit(const Group& group, int64_t time, const Arrival* maker, Shard& shard) {
  if (maker) keep_evidence(group, *maker, true, shard);
  const size_t first = group.first_from(saturated_difference(time, correlation_.timespan));
  const size_t end = group.first_after(time);
  if (first == end) return;  // the log does not know of it: of a restored state that is not one of ours
  const size_t last = end - 1;
  ShardFiring made =
      make_firing(group, group.time(first), time, maker, condition_->events(group, first, last), shard);
  made.firing.value = condition_->value(group, first, last);
  made.firing.at_least = group.head().cut && first == 0;
  shard.firings.push_back(std::move(made));
  group.head().sampled = 0;
  Episodes& episodes = *group.head().episodes;
  episodes.last_emitted = std::max(episodes.last_emitted, time);
}

void SlidingCell::settle_group(Group group, int64_t watermark, Shard& shard) {
  Episodes* episodes = group.head().episodes;
  if (!episodes || group.empty()) return;
  if (episodes->disordered != forever) return compute_again(group, watermark, shard);
  for (Episodes::Pair& pair : episodes->pairs) {
    if (pair.emitted != never || (pair.canonical >= watermark && watermark != forever)) continue;
    pair.emitted = pair.canonical;
    emit(group, pair.canonical, nullptr, shard);
  }
}

bool SlidingCell::awaits(const Group& group, int64_t) const {
  const Episodes* episodes = group.head().episodes;
  return episodes && (episodes->disordered != forever ||
                      std::any_of(episodes->pairs.begin(), episodes->pairs.end(),
                                  [](const Episodes::Pair& pair) { return pair.emitted == never; }));
}

void SlidingCell::compute_again(Group group, int64_t watermark, Shard& shard) {
  Episodes& episodes = *group.head().episodes;
  const int64_t from = std::exchange(episodes.disordered, forever);
  std::vector<int64_t> loose = std::exchange(episodes.loose, {});
  while (!episodes.pairs.empty() && episodes.pairs.back().canonical >= from) {
    if (episodes.pairs.back().emitted != never) loose.push_back(episodes.pairs.back().emitted);
    episodes.pairs.pop_back();
  }
  const size_t kept = episodes.pairs.size();

  // A full log does not give back all that the aggregate knows.
  std::string known;
  if (group.head().cut) condition_->save(group, known);
  condition_->reset(group);
  bool held = false, held_before = false;
  for (size_t i = 0; i < group.count();) {
    const int64_t time = group.time(i);
    for (; i < group.count() && group.time(i) == time; ++i) condition_->add(group, i);
    held_before = std::exchange(held, condition_->holds(group, i - 1));
    if (!held || time < from) continue;
    const int64_t last = episodes.pairs.empty() ? never : episodes.pairs.back().canonical;
    if (!held_before || last == never || time > saturated_sum(last, correlation_.timespan))
      episodes.pairs.push_back({time, never});
  }
  if (group.head().cut && condition_->restore(group, known))
    held = condition_->holds(group, group.count() - 1);
  group.head().held = held;
  group.head().held_before = held_before;

  pair_up(loose, episodes);
  for (size_t i = 0; i < episodes.pairs.size(); ++i) {
    const auto [time, emitted] = episodes.pairs[i];
    if (emitted != never) continue;
    const bool certain = time < watermark || watermark == forever;
    const bool early =
        episodes.last_emitted == never || time > saturated_sum(episodes.last_emitted, correlation_.timespan);
    if (certain || early) {
      episodes.pairs[i].emitted = time;
      emit(group, time, nullptr, shard);
    } else if (i >= kept) {
      set_due(group, time);
    }
  }
  if (!episodes.pairs.empty()) return forget_certain(episodes, watermark);
  state_.discharge(sizeof episodes);
  delete std::exchange(group.head().episodes, nullptr);
}

// What was emitted on arrival stands for a canonical alert at most a timespan before it: the last that nothing else stands for, so that none is told again at the
// same time. Two such emissions are more than a timespan apart: they do not compete.
void SlidingCell::pair_up(std::vector<int64_t>& loose, Episodes& episodes) const {
  std::sort(loose.begin(), loose.end());
  for (const int64_t emitted : loose) {
    auto pair = std::upper_bound(episodes.pairs.begin(), episodes.pairs.end(), emitted,
                                 [](int64_t time, const Episodes::Pair& of) { return time < of.canonical; });
    while (pair != episodes.pairs.begin() &&
           (--pair)->canonical >= saturated_difference(emitted, correlation_.timespan)) {
      if (pair->emitted != never) continue;
      pair->emitted = emitted;
      break;
    }
  }
}

}  // namespace sigrun
