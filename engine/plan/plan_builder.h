// Compiles rules and log source tables into a Plan.
//
// Order of calls: construct, build(). Rules must be linked, their pipelines applied and their placeholders resolved.
#pragma once

#include <memory>
#include <vector>

#include "plan/plan.h"
#include "plan/time_options.h"
#include "sigma/rule.h"
#include "sigma/taxonomy.h"
#include "support/for_each.h"
#include "support/limits.h"

namespace sigrun {

enum class Routing : uint8_t { automatic, off, fixed };

struct PlanInput {
  const std::vector<sigma::DetectionRule>& rules;
  const std::vector<sigma::TaxonomyTable>& tables;  // in the order in which they are tried
  Routing routing = Routing::automatic;
  sigma::LogSource fixed;
  const Limits& limits;
  ForEach for_each;  // empty: one by one
  TimeOptions time = {};
  // By rule: fields whose values correlations ask for. Null: there are no correlations.
  const std::vector<std::vector<std::string>>* captured = nullptr;
  // By rule: whether a correlation refers to it, so that it is matched even where it is muted. Null: none.
  const std::vector<bool>* correlated = nullptr;
  // `rules` themselves, where they are needed no more: their selections are let go of as soon as they have been read.
  std::vector<sigma::DetectionRule>* given_up = nullptr;
};

std::unique_ptr<const Plan> build_plan(const PlanInput& input);

}  // namespace sigrun
