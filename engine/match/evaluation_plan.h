// What makes evaluating conditions quick, beside the plan: built once from it, immutable, shared by all threads.
#pragma once

#include "match/evaluation_order.h"
#include "match/field_index.h"
#include "match/test_lists.h"
#include "plan/plan.h"

namespace sigrun {

struct EvaluationPlan {
  explicit EvaluationPlan(const Plan& plan) : fields(plan), lists(plan), order(plan) {}

  FieldIndexes fields;
  TestLists lists;
  EvaluationOrder order;
};

}  // namespace sigrun
