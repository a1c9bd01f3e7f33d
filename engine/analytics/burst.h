// Burst: sudden activity on an edge between entities, or at either of its ends. docs/analytics/burst.md.
//
// Three sketches, of edges, of the first field's values and of the last one's, in ticks of `every`: MIDAS-F (burst_sketch.h). They are the rule's, so all of
// its events come to one shard. A group is an edge that was raised, and is kept only so that it is not raised again within the timespan.
#pragma once

#include "analytics/analytic_cell.h"
#include "sketches/burst_sketch.h"

namespace sigrun {

class BurstCell : public AnalyticCell {
 public:
  static constexpr bool in_one_shard = true;

  BurstCell(const Correlation& correlation, uint32_t number, BlockPool& pool, const AnalyticPlan& plan,
            const RuleScale& scale);
  ~BurstCell() override { clear(); }

  static std::string counted(const AnalyticPlan& plan);

  void take(const Arrival& arrival, Shard& shard) override;
  int64_t needed_until(const KeyedState::Entry& entry) const override;

 private:
  struct Raised {
    int64_t last;
  };
  enum Part : uint8_t { edge, first_end, last_end, parts };

  void go_to(int64_t time);

  void contribute(const Group& group, const Observation& observation, const Arrival* maker,
                  std::vector<Finding::Contribution>& contributions) const override;
  int64_t newest_of(Group group) const override { return of<Raised>(group).last; }
  void save_group(Group group, std::string& out) const override;
  bool restore_group(Group group, std::string_view saved) override;
  void save_own(std::string& out) const override;
  bool restore_own(std::string_view saved) override;
  void clear_own() override;

  BurstSketch sketches_[parts];
  int64_t first_ = never, tick_ = never;  // begin of the first, and of the present tick
  double ticks_ = 1;                      // decayed
  double excess_[parts] = {};             // of the arrival at hand
};

}  // namespace sigrun
