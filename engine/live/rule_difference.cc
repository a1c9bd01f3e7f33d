#include "live/rule_difference.h"

#include <fmt/format.h>

namespace sigrun {

RulesById rules_of(const Engine& engine, const RuleCache& cache) {
  RulesById rules;
  for (const auto& rule : engine.sources()) {
    const auto file = cache.last(rule->file);
    LoadedRule loaded{rule->id, rule->title, rule->file, file ? file->text_hash : 0};
    std::string id = rule->id;
    for (int number = 2; !rules.try_emplace(id, loaded).second; ++number)
      id = fmt::format("{}#{}", rule->id, number);
  }
  return rules;
}

std::vector<RuleChange> rule_difference(const RulesById& before, const RulesById& now,
                                        const LoadReport& report) {
  using Kind = RuleChange::Kind;
  std::vector<RuleChange> changes;
  for (const auto& [id, rule] : before)
    if (!now.contains(id)) changes.push_back({Kind::removed, rule.id, rule.title, rule.file, {}});
  for (const auto& [id, rule] : now) {
    const auto known = before.find(id);
    if (known == before.end())
      changes.push_back({Kind::added, rule.id, rule.title, rule.file, {}});
    else if (known->second.file_hash != rule.file_hash || known->second.title != rule.title)
      changes.push_back({Kind::changed, rule.id, rule.title, rule.file, {}});
  }
  for (const RefusedRule& rule : report.refused_rules)
    changes.push_back({Kind::refused, {}, rule.title, rule.file, rule.errors});
  for (const RefusedRule& rule : report.kept)
    changes.push_back({Kind::kept, {}, rule.title, rule.file, rule.errors});
  return changes;
}

}  // namespace sigrun
