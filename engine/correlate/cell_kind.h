// Cells of another making than correlations': how a later stage (analytics/) counts in the same keyed state.
//
// A correlation with a kind keeps its groups in cells of that kind, in the same shards, budgets, evictions and saved states as all others. What
// is global to the rule (how scores are spread, what is known of peers) is a RuleState: shards read it while they work, and it changes between
// them only, at a barrier, when each cell in turn hands over what it has gathered. Barriers lie where the event time of the input enters
// another hour, so what comes of them depends neither on threads nor on how the input is cut into batches.
//
// Lifetimes: the kind outlives the cells. Threads: a kind is constant, any number; a RuleState is changed by one, while no cell works.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace sigrun {

class BlockPool;
class Cell;
struct Correlation;

class RuleState {
 public:
  virtual ~RuleState() = default;
  // Once all cells have handed over: what they read from now on. `time`: the hour of the input that begins.
  virtual void pass_barrier(int64_t time) = 0;
  virtual void save(std::string& out) const = 0;
  // False: damaged; then it is as new.
  virtual bool restore(std::string_view saved) = 0;
};

class CellKind {
 public:
  virtual ~CellKind() = default;
  // The state is what make_state() made, of the same rule.
  virtual std::unique_ptr<Cell> make_cell(const Correlation& correlation, uint32_t number, BlockPool& pool,
                                          RuleState& state) const = 0;
  virtual std::unique_ptr<RuleState> make_state() const = 0;
  // All groups in one shard, one behind the other: what they share changes with each event.
  virtual bool in_one_shard() const { return false; }
  // A value as the cells want it, in place of its hash; none: it is of no use, and counted.
  virtual bool reads_values() const { return false; }
  virtual std::optional<uint64_t> read_value(std::string_view) const { return {}; }
  // What state is kept under beside what the correlation counts.
  virtual std::string counted() const = 0;
};

}  // namespace sigrun
