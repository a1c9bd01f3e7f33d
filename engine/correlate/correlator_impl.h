// What a Correlator is made of; for correlator.cc, which counts, and correlator_saving.cc, which saves. Nobody else includes it.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "correlate/arrivals.h"
#include "correlate/cell.h"
#include "correlate/correlator.h"

namespace sigrun {

struct Correlator::Impl {
  // What a cell holds by now, beside what was told before.
  struct Change {
    uint32_t correlation;
    int64_t bytes, groups;
  };
  struct ShardState {
    ShardState(const Limits& limits, size_t most_evidence, size_t correlations, PageStore& store)
        : shared(limits, most_evidence, store), cells(correlations), standing(correlations) {}
    Shard shared;
    std::vector<std::unique_ptr<Cell>> cells;  // by correlation; null before the first arrival
    // What there is to know of a cell without looking at it.
    struct Standing {
      int64_t next_look = forever;  // of the watermark: from then on something is to be settled or expired
      size_t bytes = 0, groups = 0;
      bool used = false;  // since the last count()
    };
    std::vector<Standing> standing;  // by correlation
    std::vector<uint32_t> used;
    std::vector<const Sent*>
        arrivals;  // of the level at hand, of this shard and those that are worked on with it
    size_t evidence_bytes = 0;
    bool to_save = false;

    void use(uint32_t correlation) {
      if (std::exchange(standing[correlation].used, true)) return;
      used.push_back(correlation);
    }
    // Takes down what has become of the cells that were used, and of the evidence, which is counted behind them.
    void count(std::vector<Change>& changes) {
      for (uint32_t correlation : used) {
        const Cell* cell = cells[correlation].get();
        Standing& now = standing[correlation];
        const size_t bytes = cell ? cell->bytes() : 0, groups = cell ? cell->groups() : 0;
        changes.push_back({correlation, static_cast<int64_t>(bytes - now.bytes),
                           static_cast<int64_t>(groups - now.groups)});
        now = {cell ? cell->next_look() : forever, bytes, groups, false};
      }
      used.clear();
      const size_t bytes = shared.evidence.bytes();
      const auto grown = static_cast<int64_t>(bytes - std::exchange(evidence_bytes, bytes));
      if (grown != 0) changes.push_back({static_cast<uint32_t>(cells.size()), grown, 0});
    }
  };
  // What came of shards that were worked on one behind the other by one thread: whoever adds up looks at few places.
  struct Outcome {
    std::vector<ShardFiring> firings;
    std::vector<Change> changes;
    CorrelationCounters counters;
  };

  Impl(const CorrelationPlan& correlation_plan, const CorrelatorOptions& correlator_options,
       const Limits& correlator_limits, ForEach spread)
      : plan(correlation_plan),
        options(correlator_options),
        limits(correlator_limits),
        for_each(std::move(spread)) {
    if (!for_each)
      for_each = [](size_t count, const std::function<void(size_t)>& visit) {
        for (size_t i = 0; i < count; ++i) visit(i);
      };
    totals.resize(plan.correlations.size() + 1);
    shards.reserve(shard_count);
    for (size_t i = 0; i < shard_count; ++i)
      shards.push_back(std::make_unique<ShardState>(limits, options.evidence_bytes / shard_count,
                                                    plan.correlations.size(), store));
    for (auto& shard : shards) shard->shared.rule_bytes = options.rule_bytes / shard_count;
    for (const Correlation& correlation : plan.correlations)
      rule_states.push_back(correlation.kind ? correlation.kind->make_state() : nullptr);
  }

  // The batch's occurrences from `first` to `end`, then what the watermark brings.
  void run(const OccurrenceBatch& batch, size_t first, size_t end, int64_t watermark,
           std::vector<Firing>& firings);
  // The same for the whole batch, and a barrier wherever it comes to another hour of event time.
  void run_by_hours(const OccurrenceBatch& batch, int64_t watermark, std::vector<Firing>& firings);
  void enter_hour(int64_t hour, std::vector<Firing>& firings);
  void pass_barrier(int64_t time);
  // What fired, as occurrences, each with the order of the arrival that it came from.
  struct Chained {
    OccurrenceBatch batch;
    std::vector<uint32_t> orders;
  };
  void send(const OccurrenceBatch& batch, size_t first, size_t end, const Chained& chained, uint32_t level);
  void chain(const Firing& firing, uint32_t order, Chained& chained) const;
  bool may_change(size_t number, int64_t to) const;
  void take_arrivals(size_t first_shard, size_t end_shard);
  void settle(size_t number, uint32_t level, int64_t watermark);
  void count_all();
  void add_changes();
  std::vector<uint32_t> gather(std::vector<Firing>& firings);
  void keep_within_budget();
  void save(size_t number);
  bool restore(std::string_view section);
  void gather_scores();
  void mark_mixed(std::vector<Firing>& firings, size_t first);

  const CorrelationPlan& plan;
  CorrelatorOptions options;
  Limits limits;
  ForEach for_each;
  PageStore store;
  std::vector<std::unique_ptr<RuleState>> rule_states;  // by correlation; null where it is no analytic
  std::vector<std::unique_ptr<ShardState>> shards;
  std::vector<Score>* scores = nullptr;
  int64_t watermark = never;
  CorrelationCounters counters;
  Sink sink;
  std::mutex sink_mutex;
  size_t next_to_save = shard_count;
  int64_t saved_watermark = never;  // of the cut
  std::optional<SavedPlan> saved;   // of the state that was restored
  std::vector<bool> restored;       // by shard
  std::vector<MixedSpan> mixed;     // by correlation; empty where none is
  std::vector<Slice> slices = std::vector<Slice>(1);
  size_t slices_used = 0;
  struct Total {
    size_t bytes = 0, groups = 0;
  };
  std::vector<Total> totals;  // by correlation; behind them that of evidence
  std::vector<Outcome> outcomes = std::vector<Outcome>(shard_count);
  bool to_count = false;  // cells came from a saved state
};

}  // namespace sigrun
