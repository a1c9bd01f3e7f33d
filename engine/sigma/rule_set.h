// All rules of a load together: what needs to see more than one file.
//
// Order of calls: add() for every file; link(), which checks that names are unique and adds filters to the conditions of their
// rules; then, once pipelines and the selection have left out what they leave out, link_correlations(). One thread.
#pragma once

#include <vector>

#include "sigma/rule_reader.h"
#include "support/limits.h"

namespace sigrun::sigma {

struct RuleSet {
  std::vector<DetectionRule> detections;
  std::vector<CorrelationRule> correlations;
  std::vector<FilterRule> filters;
  size_t refused = 0;

  // Appends the rules of a file.
  void add(RuleFile file);
  // Diagnostics carry the file of the rule they are about.
  void link(const Limits& limits, DiagnosticSink& sink);
  // Refuses correlations whose references do not resolve, cycles, and what stands on more correlations than
  // Limits::correlation_depth; finds the rules that are muted because only a correlation refers to them.
  void link_correlations(const Limits& limits, DiagnosticSink& sink);
};

}  // namespace sigrun::sigma
