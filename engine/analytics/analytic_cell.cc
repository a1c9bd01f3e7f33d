#include "analytics/analytic_cell.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "support/saved_bytes.h"

namespace sigrun {
namespace {

bool all_hold(const sigma::NumberBounds& bounds, double value) {
  return std::all_of(bounds.begin(), bounds.end(), [&](const sigma::NumberBound& bound) {
    return CorrelationBound{bound.order, bound.number}.holds(value);
  });
}

}  // namespace

void RuleScale::pass_barrier(int64_t time) {
  if (first_ == never) {
    first_ = time;
  } else if (time > last_) {
    const double passed = static_cast<double>(time) - static_cast<double>(last_);
    const double kept = std::exp2(-passed / static_cast<double>(half_life_));
    scale_.decay(kept);
    days_ = days_ * kept + passed / one_day;
  }
  last_ = std::max(last_, time);
  scale_.settle();
}

void RuleScale::save(std::string& out) const {
  append_bytes(out, first_);
  append_bytes(out, last_);
  append_bytes(out, days_);
  scale_.save(out);
}

bool RuleScale::restore(std::string_view saved) {
  if (take_bytes(saved, first_) && take_bytes(saved, last_) && take_bytes(saved, days_) &&
      std::isfinite(days_) && days_ >= 0 && scale_.restore(saved))
    return true;
  *this = RuleScale(half_life_);
  return false;
}

AnalyticCell::AnalyticCell(const Correlation& correlation, uint32_t number, GroupLayout layout,
                           BlockPool& pool, const AnalyticPlan& plan, const RuleScale& scale)
    : Cell(correlation, number, layout, pool, std::max(plan.history, correlation.timespan)),
      plan_(plan),
      scale_(scale) {}

void AnalyticCell::hand_over(RuleState& state) { static_cast<RuleScale&>(state).add(samples_); }

Group AnalyticCell::make_group(std::string_view key, uint64_t hash) {
  return group_of(state_.insert(key, hash, layout_.bytes(0)));
}

bool AnalyticCell::is_unusual(const Observation& observation, double tail, double score) const {
  if (!all_hold(plan_.rule.condition, observation.natural) || !all_hold(plan_.rule.score, score))
    return false;
  // As many a day as the budget allows are as unusual as this, or more.
  return !plan_.rule.budget || tail * scale_.a_day() <= *plan_.rule.budget;
}

double AnalyticCell::score_of(const Observation& observation, const Arrival* maker, Shard& shard) {
  if (observation.trains) samples_.add(observation.raw);
  const double score = std::min(observation.ceiling, 100 * (1 - scale_.tail(observation.raw)));
  if (shard.keep_scores)
    shard.scores.push_back({maker ? maker->order : ShardFiring::by_watermark, number_,
                            maker ? maker->place->line : 0, score, observation.natural});
  return score;
}

bool AnalyticCell::is_candidate(const Observation& observation) const {
  return observation.may_alert && all_hold(plan_.rule.condition, observation.natural);
}

void AnalyticCell::score_only(const Observation& observation, const Arrival& maker, Shard& shard) {
  score_of(observation, &maker, shard);
}

bool AnalyticCell::observe(const Group& group, const Observation& observation, const Arrival* maker,
                           Shard& shard) {
  const double score = score_of(observation, maker, shard), tail = scale_.tail(observation.raw);
  if (!observation.may_alert || !is_unusual(observation, tail, score)) return false;
  if (plan_.rule.shadow) {
    ++shard.counters.shadowed;
    return true;
  }
  if (maker) keep_evidence(group, *maker, true, shard);
  ShardFiring made = make_firing(group, observation.from, observation.to, maker, observation.events, shard);
  made.firing.value = observation.natural;
  Finding& finding = made.firing.finding.emplace();
  finding.unit = plan_.unit;
  finding.score = score;
  finding.surprise = std::max(0.0, -std::log10(tail));
  finding.baseline_age = observation.baseline_age;
  finding.baseline_size = observation.baseline_size;
  contribute(group, observation, maker, finding.contributions);
  shard.firings.push_back(std::move(made));
  return true;
}

void AnalyticCell::add_value(const Arrival& arrival,
                             std::vector<Finding::Contribution>& contributions) const {
  const std::vector<std::string> values = split_key(arrival.value());
  for (size_t i = 0; i < values.size() && i < plan_.value_fields.size(); ++i)
    contributions.push_back({plan_.value_fields[i], values[i]});
}

}  // namespace sigrun
