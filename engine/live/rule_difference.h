// What a reload changes: rules that are new, gone, or whose files say something else. Plain values, and functions over them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine.h"
#include "rule_cache.h"

namespace sigrun {

struct RuleChange {
  enum class Kind : uint8_t { added, changed, removed, refused, kept };
  Kind kind = Kind::added;
  std::string rule_id, title, file, message;
};

// The rules of an engine, detections and correlations, by their ids; of several with one id the later ones are numbered.
struct LoadedRule {
  std::string id, title, file;
  uint64_t file_hash = 0;  // a rule counts as changed when its file has changed
};
using RulesById = std::map<std::string, LoadedRule>;
RulesById rules_of(const Engine& engine, const RuleCache& cache);

// In the order of ids: first what is gone, then what is there; then what the report says was refused or kept.
std::vector<RuleChange> rule_difference(const RulesById& before, const RulesById& now,
                                        const LoadReport& report);

}  // namespace sigrun
