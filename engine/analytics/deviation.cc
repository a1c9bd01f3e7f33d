#include "analytics/deviation.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "support/saved_bytes.h"
#include "support/seeded_hash.h"

namespace sigrun {
namespace {

using sigma::CorrelationType;
using sigma::Direction;

bool counts_distinct(const Correlation& correlation) {
  return correlation.type == CorrelationType::value_count;
}

// Of one value out of many: so that those of a history ago weigh half.
double weight_of(int64_t every, int64_t history) {
  return 1 - std::exp2(-static_cast<double>(every) / static_cast<double>(history));
}

int64_t season_length(sigma::Season season) {
  return static_cast<int64_t>(season_slots(season)) * 3600 * one_second;
}

GroupLayout layout_for(const Correlation& correlation, const AnalyticPlan& plan, size_t series,
                       size_t distinct) {
  const size_t bytes =
      series + (counts_distinct(correlation) ? 2 * distinct : 0) + season_slots(plan.rule.season);
  return {(bytes + 7) / 8 * 8, false};
}

}  // namespace

double DeviationCell::Distinct::estimate() const {
  int zeros = 0;
  for (uint64_t word : bits) zeros += 64 - std::popcount(word);
  return 512 * std::log(512.0 / std::max(zeros, 1));
}

DeviationCell::DeviationCell(const Correlation& correlation, uint32_t number, BlockPool& pool,
                             const AnalyticPlan& plan, const RuleScale& scale)
    : AnalyticCell(correlation, number, layout_for(correlation, plan, sizeof(Series), sizeof(Distinct)), pool,
                   plan, scale),
      weight_(weight_of(plan.every, plan.history)),
      season_weight_(weight_of(std::max(plan.every, season_length(plan.rule.season)), plan.history)) {
  // An hour's level is of all buckets in it.
  if (plan.every < 3600 * one_second && plan.rule.season != sigma::Season::none)
    season_weight_ *= static_cast<double>(plan.every) / (3600.0 * one_second);
}

std::string DeviationCell::counted(const AnalyticPlan& plan) {
  return fmt::format("{} {}", plan.every, static_cast<int>(plan.rule.season));
}

std::span<uint8_t> DeviationCell::season(const Group& group) const {
  auto* bytes = reinterpret_cast<uint8_t*>(group.aggregate<Series>() + 1);
  if (counts_distinct(correlation_)) bytes += 2 * sizeof(Distinct);
  return {bytes, season_slots(plan_.rule.season)};
}

// The newest bucket's, then that of the one before.
DeviationCell::Distinct* DeviationCell::distinct(const Group& group, const Open& open) const {
  if (!counts_distinct(correlation_)) return nullptr;
  auto* both = reinterpret_cast<Distinct*>(group.aggregate<Series>() + 1);
  return &open == &series(group).newest ? both : both + 1;
}

double DeviationCell::value_of(const Group& group, const Open& open) const {
  if (const Distinct* values = distinct(group, open)) return values->estimate();
  if (averages()) return open.events ? open.sum / open.events : 0;
  return open.sum;
}

int64_t DeviationCell::needed_until(const KeyedState::Entry& entry) const {
  const Series& known = of<Series>(group_of(entry));
  // An entity of a single bucket is on probation.
  const bool on_probation = known.baseline.trained <= 1;
  return saturated_sum(known.newest.begin,
                       on_probation ? std::min(plan_.history, one_day) + plan_.every : 4 * plan_.history);
}

void DeviationCell::take(const Arrival& arrival, Shard& shard) {
  const int64_t begin = begin_of(arrival.occurrence->time);
  KeyedState::Entry* known = state_.find(arrival.key, arrival.hash);
  shard.counters.groups_made += !known;
  Group group = known ? group_of(*known) : make_group(arrival.key, arrival.hash);
  if (!known) {
    Series& fresh = series(group);
    fresh.first = fresh.trained_to = begin;
    fresh.newest.begin = fresh.before.begin = never;
  }
  Open* open = open_for(group, begin, shard);
  if (!open) {
    shard.counters.late += arrival.first;
    return state_.schedule(group.entry(), needed_until(group.entry()));
  }
  shard.counters.occurrences += arrival.first;
  open->events += arrival.first;
  if (Distinct* values = distinct(group, *open))
    values->add(arrival.payload);
  else if (correlation_.type == CorrelationType::event_count)
    open->sum += 1;
  else
    open->sum += std::bit_cast<double>(arrival.payload);
  if (on_arrival() && arrival.last) judge(group, *open, value_of(group, *open), &arrival, shard);
  state_.schedule(group.entry(), needed_until(group.entry()));
}

// Two buckets are open at a time: events come in disorder, and a third one is begun when the first has had its time.
DeviationCell::Open* DeviationCell::open_for(Group& group, int64_t begin, Shard& shard) {
  Series& of = series(group);
  if (begin == of.newest.begin) return &of.newest;
  if (begin == of.before.begin) return &of.before;
  if (begin < of.trained_to) return nullptr;
  if (of.newest.begin == never || begin > of.newest.begin) {
    if (of.before.begin != never) close(group, of.before, shard);
    of.before = of.newest;
    if (Distinct* values = distinct(group, of.newest)) {
      values[1] = values[0];
      values[0] = {};
    }
    of.newest = {begin, 0, 0, false};
    // The bucket before is over, unless an event may still come to it.
    if (of.before.begin != never && saturated_sum(of.before.begin, plan_.every) <= shard.watermark)
      close(group, of.before, shard);
    if (!on_arrival()) set_due(group, saturated_sum(begin, plan_.every));
    return &of.newest;
  }
  if (of.before.begin != never) return nullptr;
  of.before = {begin, 0, 0, false};
  if (Distinct* values = distinct(group, of.before)) *values = {};
  if (!on_arrival()) set_due(group, saturated_sum(begin, plan_.every));
  return &of.before;
}

void DeviationCell::settle_group(Group group, int64_t watermark, Shard& shard) {
  Series& of = series(group);
  for (Open* open : {&of.before, &of.newest})
    if (open->begin != never && saturated_sum(open->begin, plan_.every) <= watermark)
      close(group, *open, shard);
}

bool DeviationCell::awaits(const Group& group, int64_t time) const {
  const Series& of = series(group);
  const auto ends_then = [&](const Open& open) {
    return open.begin != never && saturated_sum(open.begin, plan_.every) == time;
  };
  return ends_then(of.newest) || ends_then(of.before);
}

void DeviationCell::close(const Group& group, Open& open, Shard& shard) {
  const double value = value_of(group, open);
  train_empty(group, open.begin);
  judge(group, open, value, nullptr, shard);
  train(group, open.begin, value);
  series(group).trained_to = open.begin + plan_.every;
  open.begin = never;
  if (Distinct* values = distinct(group, open)) *values = {};
}

void DeviationCell::train(const Group& group, int64_t begin, double value) {
  // The same whatever else happens: by the entity and the time.
  const uint64_t random = hash_with_seed(group.entry().key(), static_cast<uint64_t>(begin));
  series(group).baseline.train(value, season_slot(plan_.rule.season, begin), season(group), weight_,
                               season_weight_, static_cast<double>(random >> 11) * 0x1p-53);
}

// Zeros: the entity was there, and did nothing. After so many that nothing else is left, more of them change nothing.
void DeviationCell::train_empty(const Group& group, int64_t until) {
  Series& of = series(group);
  const int64_t missing = (until - of.trained_to) / plan_.every;
  const int64_t most = std::max<int64_t>(200, 4 * plan_.history / plan_.every);
  for (int64_t begin = until - std::min(missing, most) * plan_.every; begin < until; begin += plan_.every)
    train(group, begin, 0);
}

void DeviationCell::judge(const Group& group, Open& open, double value, const Arrival* maker, Shard& shard) {
  Series& of = series(group);
  const auto [usual, z] = of.baseline.judge(value, season_slot(plan_.rule.season, open.begin), season(group));
  const double away = plan_.rule.direction == Direction::up     ? z
                      : plan_.rule.direction == Direction::down ? -z
                                                                : std::abs(z);
  Observation observation;
  observation.natural = away;
  observation.raw = std::max(0.0, away);
  // What the entity has done before cannot be the most unusual thing.
  if (away > 0 && value < of.baseline.largest)
    observation.ceiling = 100 * std::max(0.5, value / of.baseline.largest);
  observation.baseline_age = std::max<int64_t>(0, open.begin - of.first);
  observation.baseline_size = of.baseline.trained;
  observation.from = open.begin;
  observation.to = maker ? maker->occurrence->time : open.begin + plan_.every;
  observation.events = open.events;
  const bool floor = std::all_of(correlation_.bounds.begin(), correlation_.bounds.end(),
                                 [&](const CorrelationBound& bound) { return bound.holds(value); });
  observation.may_alert = floor && !open.raised && observation.baseline_age >= plan_.warmup;
  // What is judged on arrival is told of then; once it is over it trains.
  observation.trains = maker == nullptr;
  if (on_arrival() && !maker) {
    samples_.add(observation.raw);
    return;
  }
  if (!observe(group, observation, maker, shard)) return;
  open.raised = true;
}

void DeviationCell::contribute(const Group& group, const Observation& observation, const Arrival*,
                               std::vector<Finding::Contribution>& contributions) const {
  const Series& of = series(group);
  const Open& open = observation.from == of.newest.begin ? of.newest : of.before;
  const auto judged = of.baseline.judge(0, season_slot(plan_.rule.season, observation.from), season(group));
  contributions.push_back({"value", fmt::format("{:.6g}", value_of(group, open))});
  contributions.push_back({"usual", fmt::format("{:.3g}", judged.usual)});
  contributions.push_back({"largest before", fmt::format("{:.6g}", of.baseline.largest)});
}

void DeviationCell::save_group(Group group, std::string& out) const {
  const Series& of = series(group);
  for (float number : {of.baseline.level, of.baseline.deviation, of.baseline.largest})
    append_bytes(out, std::bit_cast<uint32_t>(number));
  append_bytes(out, of.baseline.trained);
  append_bytes(out, of.first);
  append_bytes(out, of.trained_to);
  for (const Open* open : {&of.newest, &of.before}) {
    append_bytes(out, open->begin);
    append_bytes(out, open->sum);
    append_bytes(out, open->events);
    append_bytes(out, static_cast<uint8_t>(open->raised));
    if (const Distinct* values = distinct(group, *open))
      for (uint64_t word : values->bits) append_bytes(out, word);
  }
  for (uint8_t byte : season(group)) append_bytes(out, byte);
}

bool DeviationCell::restore_group(Group group, std::string_view saved) {
  Series& of = series(group);
  for (float* number : {&of.baseline.level, &of.baseline.deviation, &of.baseline.largest}) {
    uint32_t bits;
    if (!take_bytes(saved, bits)) return false;
    *number = std::bit_cast<float>(bits);
    if (!std::isfinite(*number) || *number < 0) return false;
  }
  if (!take_bytes(saved, of.baseline.trained) || !take_bytes(saved, of.first) ||
      !take_bytes(saved, of.trained_to))
    return false;
  for (Open* open : {&of.newest, &of.before}) {
    uint8_t raised;
    if (!take_bytes(saved, open->begin) || !take_bytes(saved, open->sum) ||
        !take_bytes(saved, open->events) || !take_bytes(saved, raised) || !std::isfinite(open->sum))
      return false;
    open->raised = raised != 0;
    if (Distinct* values = distinct(group, *open))
      for (uint64_t& word : values->bits)
        if (!take_bytes(saved, word)) return false;
  }
  for (uint8_t& byte : season(group))
    if (!take_bytes(saved, byte)) return false;
  return saved.empty();
}

}  // namespace sigrun
