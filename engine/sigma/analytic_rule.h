// A detection that an analytic narrows, as the two rules that it comes to: a silent detection, and a correlation without a floor that
// is told of each event that it matches. A pure function.
#pragma once

#include "sigma/rule.h"

namespace sigrun::sigma {

struct AnalyticRule {
  DetectionRule base;        // silent, and named so that only `analytic` refers to it
  CorrelationRule analytic;  // bears the rule's id, name, level and tests
};

AnalyticRule split_analytic_rule(DetectionRule rule, Analytic analytic);

}  // namespace sigrun::sigma
