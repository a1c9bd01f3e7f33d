#include "analytics/burst.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "support/saved_bytes.h"
#include "support/seeded_hash.h"

namespace sigrun {
namespace {

// Ticks without any event that are gone through one by one; after more of them all that was is faint.
constexpr int64_t most_empty_ticks = 10'000;
// What of a tick goes over into the next: a burst does not end where a tick does.
constexpr double carried = 0.5;
constexpr uint64_t end_seed = 0x62'7572'7374;

}  // namespace

BurstCell::BurstCell(const Correlation& correlation, uint32_t number, BlockPool& pool,
                     const AnalyticPlan& plan, const RuleScale& scale)
    : AnalyticCell(correlation, number, {sizeof(Raised), false}, pool, plan, scale) {
  for (const BurstSketch& sketch : sketches_) state_.charge(sketch.bytes());
}

std::string BurstCell::counted(const AnalyticPlan& plan) { return fmt::format("{}", plan.every); }

int64_t BurstCell::needed_until(const KeyedState::Entry& entry) const {
  return saturated_sum(of<Raised>(group_of(entry)).last, correlation_.timespan);
}

void BurstCell::go_to(int64_t time) {
  const int64_t begin = time - (time % plan_.every + plan_.every) % plan_.every;
  if (tick_ == never) first_ = tick_ = begin;
  const double kept = std::exp2(-static_cast<double>(plan_.every) / static_cast<double>(plan_.history));
  const int64_t passed = begin > tick_ ? (begin - tick_) / plan_.every : 0;
  for (int64_t i = 0; i < std::min(passed, most_empty_ticks); ++i) {
    for (BurstSketch& sketch : sketches_) sketch.end_tick(ticks_, kept, carried);
    ticks_ = ticks_ * kept + 1;
  }
  // What comes late counts in the present tick.
  tick_ = std::max(tick_, begin);
}

void BurstCell::take(const Arrival& arrival, Shard& shard) {
  const int64_t time = arrival.occurrence->time;
  shard.counters.occurrences += arrival.first;
  go_to(time);
  const std::vector<std::string_view> ends = key_parts(arrival.key);
  excess_[edge] = sketches_[edge].add(hash_with_seed(arrival.key, end_seed), ticks_);
  excess_[first_end] = excess_[last_end] = 0;
  if (ends.size() > 1) {
    excess_[first_end] = sketches_[first_end].add(hash_with_seed(ends.front(), end_seed), ticks_);
    excess_[last_end] = sketches_[last_end].add(hash_with_seed(ends.back(), end_seed), ticks_);
  }
  Observation observation;
  observation.natural = observation.raw = *std::max_element(std::begin(excess_), std::end(excess_));
  observation.from = tick_;
  observation.to = std::max(time, tick_);
  observation.baseline_age = tick_ - first_;
  observation.baseline_size = static_cast<uint64_t>(ticks_);
  KeyedState::Entry* known = state_.find(arrival.key, arrival.hash);
  const bool told = known && time <= saturated_sum(of<Raised>(group_of(*known)).last, correlation_.timespan);
  observation.may_alert = !told && observation.baseline_age >= plan_.warmup;
  if (!is_candidate(observation)) {
    score_only(observation, arrival, shard);
    return;
  }
  shard.counters.groups_made += !known;
  const Group group = known ? group_of(*known) : make_group(arrival.key, arrival.hash);
  if (observe(group, observation, &arrival, shard)) of<Raised>(group).last = time;
  state_.schedule(group.entry(), needed_until(group.entry()));
}

void BurstCell::contribute(const Group&, const Observation&, const Arrival* maker,
                           std::vector<Finding::Contribution>& contributions) const {
  const std::vector<std::string> ends = split_key(maker->key);
  contributions.push_back({"edge", fmt::format("{:.3g}", excess_[edge])});
  if (ends.size() < 2) return;
  contributions.push_back({ends.front(), fmt::format("{:.3g}", excess_[first_end])});
  contributions.push_back({ends.back(), fmt::format("{:.3g}", excess_[last_end])});
}

void BurstCell::save_group(Group group, std::string& out) const { append_bytes(out, of<Raised>(group).last); }

bool BurstCell::restore_group(Group group, std::string_view saved) {
  return take_bytes(saved, of<Raised>(group).last) && saved.empty();
}

void BurstCell::save_own(std::string& out) const {
  append_bytes(out, first_);
  append_bytes(out, tick_);
  append_bytes(out, ticks_);
  for (const BurstSketch& sketch : sketches_) sketch.save(out);
  AnalyticCell::save_own(out);
}

bool BurstCell::restore_own(std::string_view saved) {
  if (!take_bytes(saved, first_) || !take_bytes(saved, tick_) || !take_bytes(saved, ticks_) ||
      !std::isfinite(ticks_) || ticks_ < 1 || first_ > tick_)
    return false;
  for (BurstSketch& sketch : sketches_)
    if (!sketch.restore(saved)) return false;
  return AnalyticCell::restore_own(saved);
}

void BurstCell::clear_own() {
  for (BurstSketch& sketch : sketches_) sketch = BurstSketch();
  first_ = tick_ = never;
  ticks_ = 1;
  AnalyticCell::clear_own();
}

}  // namespace sigrun
