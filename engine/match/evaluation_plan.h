// What makes evaluating conditions quick, beside the plan: built once from it, immutable, shared by all threads.
#pragma once

#include "match/evaluation_order.h"
#include "match/field_index.h"
#include "match/test_lists.h"
#include "plan/plan.h"

namespace sigrun {

struct EvaluationPlan {
  EvaluationPlan(const Plan& plan, const ForEach& for_each)
      : fields(plan, for_each), lists(plan, for_each), order(plan) {}

  FieldIndexes fields;
  TestLists lists;
  EvaluationOrder order;
};

}  // namespace sigrun
