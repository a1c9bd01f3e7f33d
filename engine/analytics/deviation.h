// Deviation: a value of an entity far from what is usual for it at this hour, or from what is usual for its peers. docs/analytics/deviation.md.
//
// A group is an entity: its series' open buckets, the baseline, and the season beside it. Counts, distinct counts and sums that are looked for
// above what is usual are judged on arrival; all others when their bucket is over. A bucket that is over trains, and so do the empty
// ones between it and the one before.
#pragma once

#include <span>

#include "analytics/analytic_cell.h"
#include "analytics/series_baseline.h"

namespace sigrun {

class DeviationCell : public AnalyticCell {
 public:
  DeviationCell(const Correlation& correlation, uint32_t number, BlockPool& pool, const AnalyticPlan& plan,
                const RuleScale& scale);
  ~DeviationCell() override { clear(); }

  static std::string counted(const AnalyticPlan& plan);

  void take(const Arrival& arrival, Shard& shard) override;
  int64_t needed_until(const KeyedState::Entry& entry) const override;

 private:
  // Distinct values of a bucket, by linear counting (Whang et al., "A Linear-Time Probabilistic Counting Algorithm", TODS 15(2), 1990): 512 bits, within
  // 6 % up to 1,000 values; 3,200 at most.
  struct Distinct {
    uint64_t bits[8];
    void add(uint64_t hash) { bits[hash >> 6 & 7] |= uint64_t{1} << (hash & 63); }
    double estimate() const;
  };
  // A bucket that events may still come to.
  struct Open {
    int64_t begin;  // `never`: none
    double sum;     // of the values; of counts the count
    uint32_t events;
    bool raised;
  };
  struct Series {
    SeriesBaseline baseline;
    int64_t first;       // begin of the first bucket
    int64_t trained_to;  // begin of the first bucket that has not trained
    Open newest, before;
  };

  Series& series(const Group& group) const { return of<Series>(group); }
  std::span<uint8_t> season(const Group& group) const;
  Distinct* distinct(const Group& group, const Open& open) const;
  int64_t begin_of(int64_t time) const { return time - (time % plan_.every + plan_.every) % plan_.every; }
  bool on_arrival() const { return plan_.rule.direction == sigma::Direction::up && !averages(); }
  bool averages() const { return correlation_.type == sigma::CorrelationType::value_avg; }
  double value_of(const Group& group, const Open& open) const;
  Open* open_for(Group& group, int64_t begin, Shard& shard);
  void close(const Group& group, Open& open, Shard& shard);
  void train(const Group& group, int64_t begin, double value);
  void train_empty(const Group& group, int64_t until);
  void judge(const Group& group, Open& open, double value, const Arrival* maker, Shard& shard);

  void contribute(const Group& group, const Observation& observation, const Arrival* maker,
                  std::vector<Finding::Contribution>& contributions) const override;
  int64_t newest_of(Group group) const override { return series(group).newest.begin; }
  void settle_group(Group group, int64_t watermark, Shard& shard) override;
  bool awaits(const Group& group, int64_t time) const override;
  void save_group(Group group, std::string& out) const override;
  bool restore_group(Group group, std::string_view saved) override;

  double weight_, season_weight_;  // of one value
};

}  // namespace sigrun
