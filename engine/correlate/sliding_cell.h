// Groups of a correlation that is decided on arrival: alerts as soon as the condition holds, one for each canonical alert whatever the order of arrival.
//
// The canonical alerts are a function of the events sorted by time (docs/decisions/2026-11-23-correlating.md). While a group's events come in order, its
// condition's aggregate follows them and says at once whether there is one. What comes late makes the group disordered from its time on; once the watermark is
// past the newest entry of that moment, the alerts from there on are computed again from the log.
#pragma once

#include <memory>
#include <vector>

#include "correlate/cell.h"
#include "correlate/sliding_condition.h"

namespace sigrun {

// What fired in a group, and what that stands for. Made when the condition first holds.
struct Episodes {
  // A canonical alert, as far as is known, and the alert that was emitted for it: at its own time or up to a timespan later; `never` while none was.
  struct Pair {
    int64_t canonical, emitted;
  };
  std::vector<Pair> pairs;     // by time; all before `disordered` are certain
  std::vector<int64_t> loose;  // emitted, and not yet paired with a canonical alert
  int64_t last_emitted = never;
  int64_t disordered = forever;  // from this time on canonical alerts have to be computed again
};

class SlidingCell : public Cell {
 public:
  SlidingCell(const Correlation& correlation, uint32_t number, BlockPool& pool);
  ~SlidingCell() override { clear(); }

  void take(const Arrival& arrival, Shard& shard) override;
  int64_t needed_until(const KeyedState::Entry& entry) const override;

 private:
  SlidingCell(const Correlation& correlation, uint32_t number, BlockPool& pool,
              std::unique_ptr<SlidingCondition> condition);
  void settle_group(Group group, int64_t watermark, Shard& shard) override;
  bool awaits(const Group& group, int64_t time) const override;
  void release_group(Group group) override;
  void save_group(Group group, std::string& out) const override;
  bool restore_group(Group group, std::string_view saved) override;

  Group make_group(const Arrival& arrival);
  void make_room(Group& group, Shard& shard);
  void settle_early(const Group& group, Shard& shard);
  size_t entries_to_drop(const Group& group, int64_t watermark) const;
  void take_in_order(Group& group, const Arrival& arrival, Shard& shard);
  void take_late(Group& group, size_t place, const Arrival& arrival, Shard& shard);
  Episodes& episodes_of(const Group& group);
  void mark_disordered(const Group& group, int64_t from, int64_t watermark);
  void emit(const Group& group, int64_t time, const Arrival* maker, Shard& shard);
  void compute_again(Group group, int64_t watermark, Shard& shard);
  void pair_up(std::vector<int64_t>& loose, Episodes& episodes) const;
  void forget_certain(Episodes& episodes, int64_t watermark) const;

  std::unique_ptr<SlidingCondition> condition_;
};

}  // namespace sigrun
