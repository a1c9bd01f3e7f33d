// From paths to rules that are ready to be planned: find files, read, link, select, apply pipelines, resolve placeholders.
#pragma once

#include <optional>
#include <vector>

#include "load_options.h"
#include "rule_cache.h"
#include "sigma/rule.h"

namespace sigrun {

struct LoadedRules {
  std::vector<sigma::DetectionRule> detections;
  std::vector<sigma::CorrelationRule> correlations;
};

// Fills the report but for what needs the tables. Empty with report.fatal set when the options cannot be followed: an unreadable path, a broken pipeline
// or placeholder file. `cache` may be null.
std::optional<LoadedRules> load_rules(const LoadOptions& options, LoadReport& report,
                                      RuleCache* cache = nullptr);

}  // namespace sigrun
