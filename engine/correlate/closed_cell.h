// Groups of a correlation that only a closed window decides: upper bounds, equality, averages, percentiles, `not`.
//
// A group's first event opens the window [t, t + timespan]. When the watermark is past its end, the window is tallied, asked and dropped; the first event behind it opens
// the next. Until then events wait in the log, so that one that comes late still takes its place. A log that is full is tallied at once, window by window: from
// then on an event may join these windows, and no longer move their begin.
#pragma once

#include "correlate/cell.h"
#include "correlate/window_tally.h"

namespace sigrun {

class ClosedCell : public Cell {
 public:
  // Distinct values that a window tells apart at most; a group may hold each by its hash. Beyond, they are estimated.
  static constexpr size_t most_exact_values = 1'000'000;

  ClosedCell(const Correlation& correlation, uint32_t number, BlockPool& pool);
  ~ClosedCell() override { clear(); }

  void take(const Arrival& arrival, Shard& shard) override;
  int64_t needed_until(const KeyedState::Entry& entry) const override;

 private:
  using Tallies =
      std::vector<WindowTally>;  // of windows one behind the other, all before the log's first entry
  // In each group, beside its log.
  struct Windows {
    Tallies* tallies;  // null where there are none
    int64_t due;       // when settle_group() is to be called; 0: not
  };

  void settle_group(Group group, int64_t watermark, Shard& shard) override;
  bool awaits(const Group& group, int64_t time) const override {
    return group.aggregate<Windows>()->due == time;
  }
  void release_group(Group group) override;
  void save_group(Group group, std::string& out) const override;
  bool restore_group(Group group, std::string_view saved) override;
  int64_t newest_of(Group group) const override;
  static Tallies*& tallies_of(const Group& group) { return group.aggregate<Windows>()->tallies; }
  void wait_for_end(const Group& group);
  // Where the first window that is not decided begins; `forever` where there is none.
  static int64_t opened(const Group& group) {
    if (const Tallies* tallies = tallies_of(group)) return tallies->front().from();
    return group.empty() ? forever : group.time(0);
  }
  uint64_t payload(const Group& group, size_t i) const { return layout_.payloads ? group.payload(i) : 0; }
  size_t exact_values(size_t events) const;
  void tally_log(const Group& group, Shard& shard);
  void add_to(const Group& group, WindowTally& tally, int64_t time, uint64_t payload);
  void decide(const Group& group, WindowTally& tally, Shard& shard);
};

}  // namespace sigrun
