#include "analytics/novelty.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "support/saved_bytes.h"
#include "support/seeded_hash.h"

namespace sigrun {
namespace {

// A key of append_key_part() never begins so: it is the longer of two ways to write a length of zero.
constexpr std::string_view value_mark{"\x80\x00", 2};
// Others that have a value are counted one by one up to so many; more is not few.
constexpr size_t most_others = 64;
constexpr uint64_t given_up_seed = 0x6e6f'7665'6c74'79;

bool counts_others(const AnalyticPlan& plan) { return !plan.rule.across.empty(); }
bool by_entity(const AnalyticPlan& plan) { return !plan.rule.per.empty(); }

// The key of one of an entity's values.
std::string value_key(const Arrival& arrival) {
  std::string key(value_mark);
  key += arrival.key;
  append_bytes(key, arrival.payload & ~another_value);
  return key;
}

void count(uint32_t& counter) { counter += counter < UINT32_MAX; }

}  // namespace

NoveltyCell::NoveltyCell(const Correlation& correlation, uint32_t number, BlockPool& pool,
                         const AnalyticPlan& plan, const RuleScale& scale)
    : AnalyticCell(correlation, number, {sizeof(Known), counts_others(plan)}, pool, plan, scale),
      given_up_(&state_.memory()) {}

std::string NoveltyCell::counted(const AnalyticPlan& plan) {
  return fmt::format("{}|{}|{}", fmt::join(plan.rule.of, ","), fmt::join(plan.rule.per, ","),
                     fmt::join(plan.rule.across, ","));
}

bool NoveltyCell::is_entity(const KeyedState::Entry& entry) const {
  return by_entity(plan_) && !entry.key().starts_with(value_mark);
}

// Until it is unseen for so long that it counts as new.
int64_t NoveltyCell::kept_for(const Known& known) const {
  const int64_t returning = static_cast<int64_t>(plan_.rule.returning.value_or(0)) * one_second;
  return saturated_sum(known.last, std::max(plan_.history, 2 * returning));
}

int64_t NoveltyCell::needed_until(const KeyedState::Entry& entry) const {
  const Known& known = of<Known>(group_of(entry));
  // What was seen once is on probation: invented names give way to one another before they do to what is established.
  const bool on_probation = giving_up_ && known.events <= 1 && !is_entity(entry);
  return on_probation ? saturated_sum(known.last, std::min(plan_.history, one_day)) : kept_for(known);
}

void NoveltyCell::touch(const Group& group, int64_t time) {
  Known& known = of<Known>(group);
  known.last = std::max(known.last, time);
  count(known.events);
  state_.schedule(group.entry(), needed_until(group.entry()));
}

// How long the entity has been learnt from; without one, the rule.
int64_t NoveltyCell::learnt_for(const Known& entity, int64_t time) const {
  const int64_t first = by_entity(plan_) ? entity.first : scale_.first_barrier();
  return first == never ? 0 : std::max<int64_t>(0, time - first);
}

void NoveltyCell::take(const Arrival& arrival, Shard& shard) {
  const int64_t time = arrival.occurrence->time;
  watermark_ = shard.watermark;
  if (turned_ == never) turned_ = time;
  if (watermark_ != never && watermark_ >= saturated_sum(turned_, plan_.history)) {
    given_up_.turn();
    turned_ = watermark_;
  }
  if (saturated_sum(time, plan_.history) < watermark_) {
    shard.counters.late += arrival.first;
    return;
  }
  shard.counters.occurrences += arrival.first;
  // A quarter of what the rule may have here is for what it gave up.
  given_up_.allow(shard.rule_bytes / 4);
  if (counts_others(plan_))
    take_across(arrival, shard);
  else
    take_value(arrival, shard);
}

void NoveltyCell::take_value(const Arrival& arrival, Shard& shard) {
  const int64_t time = arrival.occurrence->time;
  Known entity{};
  std::string key(arrival.key);
  uint64_t hash = arrival.hash;
  if (by_entity(plan_)) {
    KeyedState::Entry* known = state_.find(arrival.key, arrival.hash);
    shard.counters.groups_made += !known;
    const Group group = known ? group_of(*known) : make_group(arrival.key, arrival.hash);
    Known& now = of<Known>(group);
    if (!known) now.first = now.last = time;
    now.first = std::min(now.first, time);
    entity = now;
    if (arrival.first) touch(group, time);
    key = value_key(arrival);
    hash = KeyedState::hash_of(key);
  } else {
    entity.events = static_cast<uint32_t>(std::min(scale_.total(), 4e9));
  }

  KeyedState::Entry* known = state_.find(key, hash);
  // Forgotten in its time, though nobody has looked since.
  const bool forgotten = known && kept_for(of<Known>(group_of(*known))) < time;
  if (forgotten) of<Known>(group_of(*known)) = {time, time, 0, 0, 0};
  const bool was_given_up = !known && given_up_.contains(hash_with_seed(key, given_up_seed));
  const Known before = known ? of<Known>(group_of(*known)) : Known{};
  const double seen = was_given_up ? 1 : before.events;
  const double events = std::max<double>(entity.events, seen);
  const bool fresh = (!known || forgotten) && !was_given_up;
  const double share = events > 0 ? seen / events : 0;

  Observation observation;
  observation.raw = -std::log((seen + 1) / (events + 10));
  observation.natural = share;
  bool unusual = fresh;
  if (plan_.rule.share) unusual = share <= *plan_.rule.share && events * *plan_.rule.share >= 1;
  if (plan_.rule.returning) {
    const int64_t unseen = known ? std::max<int64_t>(0, time - before.last) : 0;
    observation.natural = static_cast<double>(unseen) / one_day;
    unusual = unseen >= static_cast<int64_t>(*plan_.rule.returning) * one_second;
  }

  if (!known) shard.counters.groups_made += !by_entity(plan_);
  const Group group = known ? group_of(*known) : make_group(key, hash);
  Known& now = of<Known>(group);
  if (!known) now.first = now.last = time;
  // What came back from the filter is known, and no longer on probation.
  if (was_given_up) now.events = 1;
  touch(group, time);
  const bool told = now.raised != 0 && time <= saturated_sum(now.raised, correlation_.timespan);
  observation.baseline_age = learnt_for(entity, time);
  observation.baseline_size = static_cast<uint64_t>(events);
  observation.from = observation.to = time;
  const bool warm = plan_.rule.cold == sigma::ColdStart::alert || observation.baseline_age >= plan_.warmup;
  observation.may_alert = unusual && warm && !told;
  const bool raised = observe(group, observation, &arrival, shard);
  if (raised) now.raised = time;
  if (!by_entity(plan_) || !known) {
    KeyedState::Entry* of_entity = by_entity(plan_) ? state_.find(arrival.key, arrival.hash) : nullptr;
    if (of_entity && fresh) count(of<Known>(group_of(*of_entity)).values);
  }
}

// Who else has the value: the log has one entry for each, at its newest time.
void NoveltyCell::take_across(const Arrival& arrival, Shard& shard) {
  const int64_t time = arrival.occurrence->time;
  KeyedState::Entry* known = state_.find(arrival.key, arrival.hash);
  const bool was_given_up = !known && given_up_.contains(hash_with_seed(arrival.key, given_up_seed));
  shard.counters.groups_made += !known;
  Group group = known ? group_of(*known) : make_group(arrival.key, arrival.hash);
  Known& now = of<Known>(group);
  if (!known) now.first = now.last = time;
  // How many had it was forgotten with it. That they were few is not certain any more, so it is said of none.
  if (was_given_up) now.values = most_others;
  const uint64_t who = arrival.payload & ~another_value;
  group.drop_front(group.first_from(saturated_difference(time, plan_.history)));
  size_t place = 0;
  while (place < group.count() && group.payload(place) != who) ++place;
  const bool another = place == group.count();
  if (!another) {
    group.take_out(place);
  } else if (group.count() >= most_others) {
    group.drop_front(1);
    now.values = most_others;
  }
  if (group.full()) grow(group, most_others, 0);
  group.insert(time, who);
  Known& counted = of<Known>(group);
  counted.values = std::max<uint32_t>(counted.values == most_others ? most_others : 0,
                                      static_cast<uint32_t>(group.count()));
  touch(group, time);

  Observation observation;
  observation.natural = counted.values;
  observation.raw = -std::log((static_cast<double>(counted.events)) / (std::max(scale_.total(), 1.0) + 10));
  observation.raw = std::max(0.0, observation.raw);
  observation.baseline_age = learnt_for({}, time);
  observation.baseline_size = counted.events;
  observation.from = counted.first;
  observation.to = time;
  observation.events = counted.events;
  const bool told = counted.raised != 0 && time <= saturated_sum(counted.raised, correlation_.timespan);
  observation.may_alert = another && !told && observation.baseline_age >= plan_.warmup;
  if (observe(group, observation, &arrival, shard)) of<Known>(group).raised = time;
}

void NoveltyCell::contribute(const Group&, const Observation&, const Arrival* maker,
                             std::vector<Finding::Contribution>& contributions) const {
  add_value(*maker, contributions);
}

void NoveltyCell::release_group(Group group) {
  if (watermark_ == forever || is_entity(group.entry())) return;
  // Forgotten in its own time, or given up: then it stays known.
  if (kept_for(of<Known>(group)) > watermark_)
    given_up_.add(hash_with_seed(group.entry().key(), given_up_seed));
}

void NoveltyCell::save_group(Group group, std::string& out) const {
  const Known& known = of<Known>(group);
  append_bytes(out, known.first);
  append_bytes(out, known.last);
  append_bytes(out, known.raised);
  append_bytes(out, known.events);
  append_bytes(out, known.values);
}

bool NoveltyCell::restore_group(Group group, std::string_view saved) {
  Known& known = of<Known>(group);
  return take_bytes(saved, known.first) && take_bytes(saved, known.last) && take_bytes(saved, known.raised) &&
         take_bytes(saved, known.events) && take_bytes(saved, known.values) && saved.empty() &&
         known.first != never && known.first <= known.last;
}

void NoveltyCell::save_own(std::string& out) const {
  append_bytes(out, turned_);
  append_bytes(out, watermark_);
  given_up_.save(out);
  AnalyticCell::save_own(out);
}

bool NoveltyCell::restore_own(std::string_view saved) {
  return take_bytes(saved, turned_) && take_bytes(saved, watermark_) && given_up_.restore(saved) &&
         AnalyticCell::restore_own(saved);
}

void NoveltyCell::clear_own() {
  given_up_.clear();
  turned_ = never;
  watermark_ = forever;  // what is released now is not given up
  AnalyticCell::clear_own();
}

}  // namespace sigrun
