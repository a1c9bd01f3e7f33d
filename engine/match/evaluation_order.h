// In which order the children of a condition are evaluated: what is cheap and likely to decide it comes first.
//
// Of `all of` the child that costs least for its chance to be false, of `any of` the one that costs least for its chance to be
// true (the classic order of independent tests). Chances are guesses (common_text.h); the order changes the time, never the
// result, and explanations keep the order of the rule.
//
// Built once from a plan, immutable, shared by all threads.
#pragma once

#include <vector>

#include "plan/plan.h"

namespace sigrun {

class EvaluationOrder {
 public:
  explicit EvaluationOrder(const Plan& plan);
  // In the place of Plan::children, with the same bounds for each node.
  const std::vector<NodeId>& children() const { return children_; }

 private:
  std::vector<NodeId> children_;
};

}  // namespace sigrun
