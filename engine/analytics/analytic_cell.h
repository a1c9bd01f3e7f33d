// What all analytics have in common: the score of an observation, and whether it is an alert.
//
// A type (novelty.h, …) tells observe() of each event or bucket that it can judge: a value in its natural unit, which `condition:` compares, and a
// rawness from 0 on, the higher the more unusual, which the rule's RuleScale makes a calibrated score of: what share of the rule's observations was
// less unusual. Every observation trains, whether it may alert or not; of a series it is the bucket that is
// over, though it may alert before.
//
// Lifetimes: plan and scale outlive the cell. Threads: one at a time; the scale changes at barriers only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/cell.h"
#include "correlate/finding.h"
#include "sigma/analytic.h"
#include "sketches/tail_scale.h"

namespace sigrun {

constexpr int64_t one_second = 1'000'000'000;
constexpr int64_t one_day = 86'400 * one_second;

// An analytic compiled; immutable. Spans are nanoseconds.
struct AnalyticPlan {
  sigma::Analytic rule;
  int64_t history = 0, every = 0, warmup = 0;
  std::vector<std::string> value_fields;  // what an arrival's value() is made of, in their order
  std::string_view unit;                  // of the natural value
};

// How unusual the rule's observations are: global to the rule.
class RuleScale : public RuleState {
 public:
  explicit RuleScale(int64_t half_life) : half_life_(half_life) {}

  double tail(double raw) const { return scale_.tail(raw); }
  double total() const { return scale_.total(); }
  // Observations of a day, about.
  double a_day() const { return days_ > 0 ? scale_.total() / days_ : 0; }
  // Of the first barrier; `never` before.
  int64_t first_barrier() const { return first_; }
  void add(TailSamples& samples) { samples.add_to(scale_); }

  void pass_barrier(int64_t time) override;
  void save(std::string& out) const override;
  bool restore(std::string_view saved) override;

 private:
  int64_t half_life_;
  TailScale scale_;
  int64_t first_ = never, last_ = never;
  double days_ = 0;  // that the scale's weight is of, decayed as it is
};

struct Observation {
  double natural = 0, raw = 0;
  double ceiling = 100;      // of the score: what else is known of how much it can mean
  bool trains = true;        // is one of those that the score is of
  bool may_alert = false;    // warm, and the portable part holds
  int64_t from = 0, to = 0;  // what it is of
  uint64_t events = 1;
  int64_t baseline_age = 0;
  uint64_t baseline_size = 0;
};

class AnalyticCell : public Cell {
 public:
  static constexpr bool in_one_shard = false;

  AnalyticCell(const Correlation& correlation, uint32_t number, GroupLayout layout, BlockPool& pool,
               const AnalyticPlan& plan, const RuleScale& scale);

  void hand_over(RuleState& state) override;

 protected:
  // Scores it and, where it is unusual enough, adds an alert to the shard; true then, also in the shadow. `maker`: null where the
  // watermark brought it.
  bool observe(const Group& group, const Observation& observation, const Arrival* maker, Shard& shard);
  // The same in two steps, for types that keep no group of what is not unusual: whether observe() may find it so, and what is due if not.
  bool is_candidate(const Observation& observation) const;
  void score_only(const Observation& observation, const Arrival& maker, Shard& shard);
  // The value that an arrival brings, by field.
  void add_value(const Arrival& arrival, std::vector<Finding::Contribution>& contributions) const;
  // What an alert of `observation` names; what it is that is unusual comes first.
  virtual void contribute(const Group& group, const Observation& observation, const Arrival* maker,
                          std::vector<Finding::Contribution>& contributions) const = 0;

  // An entry whose aggregate is zero bytes, for a key that has none.
  Group make_group(std::string_view key, uint64_t hash);
  template <class Aggregate>
  static Aggregate& of(const Group& group) {
    return *group.aggregate<Aggregate>();
  }

  void settle_group(Group, int64_t, Shard&) override {}
  bool awaits(const Group&, int64_t) const override { return false; }
  void release_group(Group) override {}
  void save_own(std::string& out) const override { samples_.save(out); }
  bool restore_own(std::string_view saved) override { return samples_.restore(saved) && saved.empty(); }
  void clear_own() override { samples_ = {}; }

  const AnalyticPlan& plan_;
  const RuleScale& scale_;
  TailSamples samples_;

 private:
  double score_of(const Observation& observation, const Arrival* maker, Shard& shard);
  bool is_unusual(const Observation& observation, double tail, double score) const;
};

}  // namespace sigrun
