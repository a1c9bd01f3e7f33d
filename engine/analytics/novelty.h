// Novelty: a value that an entity never had (`of`, `per`), that is rare among its values (`share`), that comes back after a long time
// (`returning`), or that few others have (`across`). docs/analytics/novelty.md.
//
// With `per` a group is the entity, and each of its values has an entry of its own beside it; without, a group is the value, and the rule is the
// entity. What is not seen for `history` is forgotten. What is given up earlier, for memory, stays in a SeenFilter:
// eviction never turns known into new. A value seen once is given up before one that is established.
#pragma once

#include "analytics/analytic_cell.h"
#include "sketches/seen_filter.h"

namespace sigrun {

class NoveltyCell : public AnalyticCell {
 public:
  NoveltyCell(const Correlation& correlation, uint32_t number, BlockPool& pool, const AnalyticPlan& plan,
              const RuleScale& scale);
  ~NoveltyCell() override { clear(); }

  static std::string counted(const AnalyticPlan& plan);

  void take(const Arrival& arrival, Shard& shard) override;
  int64_t needed_until(const KeyedState::Entry& entry) const override;

 private:
  // In each entry.
  struct Known {
    int64_t first, last;  // time of an event
    int64_t raised;       // of the last alert; 0: none
    uint32_t events;
    uint32_t values;  // of an entity: distinct ones that it had
  };

  void take_value(const Arrival& arrival, Shard& shard);
  void take_across(const Arrival& arrival, Shard& shard);
  void touch(const Group& group, int64_t time);
  bool is_entity(const KeyedState::Entry& entry) const;
  int64_t kept_for(const Known& known) const;
  int64_t learnt_for(const Known& entity, int64_t time) const;

  void contribute(const Group& group, const Observation& observation, const Arrival* maker,
                  std::vector<Finding::Contribution>& contributions) const override;
  int64_t newest_of(Group group) const override { return of<Known>(group).last; }
  void release_group(Group group) override;
  void giving_up(bool begins) override { giving_up_ = begins; }
  void save_group(Group group, std::string& out) const override;
  bool restore_group(Group group, std::string_view saved) override;
  void save_own(std::string& out) const override;
  bool restore_own(std::string_view saved) override;
  void clear_own() override;

  SeenFilter given_up_;
  bool giving_up_ = false;
  int64_t turned_ = never;     // when the filter's generations last changed
  int64_t watermark_ = never;  // `forever` while all is dropped
};

}  // namespace sigrun
