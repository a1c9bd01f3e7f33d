// All rules of a load together: what needs to see more than one file.
//
// link() checks that names are unique and references resolve, refuses correlation cycles, adds filters to the conditions of their rules,
// and finds out which rules are muted because only a correlation refers to them. Called once, after every file is read.
#pragma once

#include <vector>

#include "sigma/rule_reader.h"

namespace sigrun::sigma {

struct RuleSet {
  std::vector<DetectionRule> detections;
  std::vector<CorrelationRule> correlations;
  std::vector<FilterRule> filters;
  size_t refused = 0;

  // Appends the rules of a file.
  void add(RuleFile file);
  // Diagnostics carry the file of the rule they are about.
  void link(DiagnosticSink& sink);
};

}  // namespace sigrun::sigma
