// The kind of an analytic's cells: its compiled rule, and its scale. One template for all types. Immutable.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "analytics/analytic_cell.h"

namespace sigrun {

// `TypeCell` is made of (correlation, number, pool, plan, scale).
template <class TypeCell>
class AnalyticKind : public CellKind {
 public:
  explicit AnalyticKind(AnalyticPlan plan) : plan_(std::move(plan)) {}

  std::unique_ptr<Cell> make_cell(const Correlation& correlation, uint32_t number, BlockPool& pool,
                                  RuleState& state) const override {
    return std::make_unique<TypeCell>(correlation, number, pool, plan_, static_cast<const RuleScale&>(state));
  }
  std::unique_ptr<RuleState> make_state() const override {
    return std::make_unique<RuleScale>(plan_.history);
  }
  bool in_one_shard() const override { return TypeCell::in_one_shard; }
  std::string counted() const override {
    return fmt::format("{} {} {}", sigma::analytic_type_name(plan_.rule.type), TypeCell::counted(plan_),
                       plan_.history);
  }

 private:
  AnalyticPlan plan_;
};

}  // namespace sigrun
