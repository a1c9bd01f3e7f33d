#include "sigma/rule_expression.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace sigrun::sigma {
namespace {

constexpr size_t most_tried = 10;  // rules; of each combination the condition is asked

bool is_true(const RuleExpression& expression, const std::map<std::string_view, bool>& seen) {
  const auto& children = expression.children;
  const auto holds = [&](const RuleExpression& child) { return is_true(child, seen); };
  switch (expression.kind) {
    case RuleExpression::Kind::all_of: return std::all_of(children.begin(), children.end(), holds);
    case RuleExpression::Kind::any_of: return std::any_of(children.begin(), children.end(), holds);
    case RuleExpression::Kind::negation: return !holds(children.front());
    case RuleExpression::Kind::rule: break;
  }
  return seen.at(expression.rule);
}

void collect_rules(const RuleExpression& expression, std::map<std::string_view, bool>& seen) {
  if (expression.kind == RuleExpression::Kind::rule) seen.emplace(expression.rule, false);
  for (const RuleExpression& child : expression.children) collect_rules(child, seen);
}

}  // namespace

bool may_hold(const CorrelationRule& rule) {
  std::map<std::string_view, bool> seen;
  collect_rules(*rule.expression, seen);
  if (seen.size() > most_tried) return true;
  const bool others = std::any_of(rule.rules.begin(), rule.rules.end(),
                                  [&](const auto& named) { return !seen.contains(named.first); });
  for (size_t combination = others ? 0 : 1; combination < size_t{1} << seen.size(); ++combination) {
    size_t rest = combination;
    for (auto& [name, is_seen] : seen) is_seen = rest & 1, rest >>= 1;
    if (is_true(*rule.expression, seen)) return true;
  }
  return false;
}

}  // namespace sigrun::sigma
