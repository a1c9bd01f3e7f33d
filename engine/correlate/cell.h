// What one shard keeps of one correlation: its groups. Two kinds: sliding_cell.h, decided on arrival, and closed_cell.h, decided by the watermark.
//
// Order of calls: take() for arrivals in input order, settle() when the watermark has moved, expire(), evictions. Threads: one at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "correlate/block_pool.h"
#include "correlate/correlation_plan.h"
#include "correlate/correlator.h"
#include "correlate/evidence_ring.h"
#include "correlate/firing.h"
#include "correlate/group.h"
#include "correlate/keyed_state.h"
#include "correlate/score.h"
#include "support/limits.h"

namespace sigrun {

// An occurrence on its way into a group.
struct Arrival {
  const Occurrence* occurrence = nullptr;
  const EventPlace* place = nullptr;
  uint32_t order = 0;  // among the batch's occurrences
  uint32_t input = 0;  // of the correlation
  std::string_view key;
  uint64_t hash = 0;     // KeyedState::hash_of(key)
  uint64_t payload = 0;  // of the type: the input, a number's bits, a value's hash
  bool first = true, last = true;  // of those that the occurrence brings: it may have several values
  uint32_t value_bytes = 0;  // of a value that an analytic asks for: its text lies behind the key
  std::string_view value() const { return {key.data() + key.size(), value_bytes}; }
};

struct ShardFiring {
  static constexpr uint32_t by_watermark = UINT32_MAX;
  uint32_t order = by_watermark;  // the arrival that fired it
  Firing firing;
};

// What the cells of one shard share.
struct Shard {
  Shard(const Limits& shard_limits, size_t evidence_bytes, PageStore& store)
      : limits(shard_limits), pool(store), evidence(evidence_bytes) {}
  const Limits& limits;
  BlockPool pool;
  EvidenceRing evidence;
  size_t rule_bytes = 0;  // that one correlation may have here
  // Records of the occurrences of this order are behind this place.
  uint32_t evidence_order = 0;
  uint64_t evidence_begin = 0;
  int64_t watermark = never;
  std::vector<ShardFiring> firings;
  std::vector<Score> scores;  // where they are asked for
  bool keep_scores = false;
  CorrelationCounters counters;
};

class Cell : public KeyedState::Owner {
 public:
  // `kept`: nanoseconds that a group is kept for, about; the timespan, where nothing is said.
  Cell(const Correlation& correlation, uint32_t number, GroupLayout layout, BlockPool& pool, int64_t kept = 0);
  ~Cell() override;

  virtual void take(const Arrival& arrival, Shard& shard) = 0;
  // Decides what is final now that no on-time occurrence older than `watermark` will come.
  void settle(int64_t watermark, Shard& shard);
  void expire(int64_t watermark, Shard& shard) { shard.counters.expired += state_.expire(watermark); }
  // Evicts until no more than `bytes` are left.
  void shrink(size_t bytes, Shard& shard);
  void clear();

  // The watermark from which on settle() or expire() has something to look at.
  int64_t next_look() const {
    const int64_t due = due_.empty() ? forever : due_.front().time;
    return std::min(saturated_sum(due, 1), state_.next_look());
  }
  size_t groups() const { return state_.size(); }
  // Groups and what they own, the table, what is pending.
  size_t bytes() const { return state_.bytes() + due_.capacity() * sizeof(Due); }
  // Two steps that ask for the memory an arrival will need, the second for what the first asked for.
  void prefetch(uint64_t hash) const { state_.prefetch(hash); }
  void prefetch_entry(uint64_t hash) const { state_.prefetch_entry(hash); }

  // Appends all groups, and takes them into a cell without any; `evidence` has been restored. False: `saved` is nothing that save() wrote for this kind of
  // correlation; the cell is without groups then.
  void save(std::string& out) const;
  bool restore(std::string_view saved, const EvidenceRing& evidence);

  // The end of the last window that an event of any group is in; `never`: there is none.
  int64_t known_until() const;

  void release(KeyedState::Entry& entry) override;

  // At a barrier: what it has gathered for its rule since the last one.
  virtual void hand_over(RuleState&) {}

 protected:
  struct Due {
    int64_t time;
    uint64_t hash;
    bool operator>(const Due& other) const {
      return time != other.time ? time > other.time : hash > other.hash;
    }
  };

  virtual void settle_group(Group group, int64_t watermark, Shard& shard) = 0;
  // Whether settle_group() may find something to do that it was asked to be called for at `time`.
  virtual bool awaits(const Group& group, int64_t time) const = 0;
  // While true, needed_until() is asked for the sake of what is to be given up first.
  virtual void giving_up(bool) {}
  // What is the kind's own. restore_group() gets a group with its head and log; false: it makes no sense.
  virtual void save_group(Group group, std::string& out) const = 0;
  virtual bool restore_group(Group group, std::string_view saved) = 0;
  // What the kind keeps of no group alone.
  virtual void save_own(std::string&) const {}
  virtual bool restore_own(std::string_view saved) { return saved.empty(); }
  virtual void clear_own() {}
  // The time of its last event, or a later one.
  virtual int64_t newest_of(Group group) const { return group.empty() ? never : group.newest(); }
  // Frees what the group owns outside its block, and discharges it.
  virtual void release_group(Group group) = 0;

  Group group_of(KeyedState::Entry& entry) const { return {entry, layout_}; }
  Group group_of(const KeyedState::Entry& entry) const {
    return {const_cast<KeyedState::Entry&>(entry), layout_};
  }
  // settle_group() is called once the watermark is past `time`.
  void set_due(const Group& group, int64_t time);
  // A group with room for another entry, perhaps elsewhere. `most`: entries that a log may have. False: there is none, the log is full.
  bool grow(Group& group, size_t most, size_t wanted);
  void keep_evidence(const Group& group, const Arrival& arrival, bool important, Shard& shard) const;
  // What is the same in all firings. `maker`: what arrived and made it fire; null: the watermark did.
  ShardFiring make_firing(const Group& group, int64_t from, int64_t to, const Arrival* maker, uint64_t events,
                          const Shard& shard) const;

  const Correlation& correlation_;
  uint32_t number_;
  GroupLayout layout_;
  KeyedState state_;

 private:
  bool restore_one(std::string_view& saved, const EvidenceRing& evidence);
  bool may_hold(int64_t time, uint64_t payload) const;
  void forget_idle_dues();
  // A heap. What nobody awaits any more, of groups that were evicted above all, goes when it may be half of it.
  std::vector<Due> due_;
  size_t most_due_ = 64;      // from so many on it is looked through
  size_t evicted_since_ = 0;  // since it was
};

// Keys as they are kept: each group-by value's length, then its bytes.
void append_key_part(std::string_view value, size_t most, std::string& key);
std::vector<std::string_view> key_parts(std::string_view key);  // views of it
std::vector<std::string> split_key(std::string_view key);

// The pool must outlive the cell.
// `state`: of a correlation with a kind, else null.
std::unique_ptr<Cell> make_cell(const Correlation& correlation, uint32_t number, BlockPool& pool,
                                RuleState* state = nullptr);

}  // namespace sigrun
