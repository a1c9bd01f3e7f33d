#include "sigma/pipeline/conditions/condition_link.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sigma/boolean_expression.h"

namespace sigrun::sigma {
namespace {

using Expression = ConditionLink::Expression;

bool evaluate_expression(const Expression& expression, const std::function<bool(size_t)>& test) {
  auto child = [&](const Expression& one) { return evaluate_expression(one, test); };
  switch (expression.kind) {
    case Expression::Kind::all_of:
      return std::all_of(expression.children.begin(), expression.children.end(), child);
    case Expression::Kind::any_of:
      return std::any_of(expression.children.begin(), expression.children.end(), child);
    case Expression::Kind::negation: return !child(expression.children.front());
    case Expression::Kind::condition: return test(expression.condition);
  }
  return false;
}

// Replaces names by indexes. Returns the first unknown name, or an empty text.
std::string resolve(const BooleanExpression& parsed, const std::vector<std::string>& names,
                    std::set<size_t>& used, Expression& expression) {
  if (parsed.kind == BooleanExpression::Kind::name) {
    auto found = std::find(names.begin(), names.end(), parsed.name);
    if (found == names.end()) return parsed.name;
    expression.condition = static_cast<size_t>(found - names.begin());
    used.insert(expression.condition);
    return {};
  }
  expression.kind = parsed.kind == BooleanExpression::Kind::all_of   ? Expression::Kind::all_of
                    : parsed.kind == BooleanExpression::Kind::any_of ? Expression::Kind::any_of
                                                                     : Expression::Kind::negation;
  for (const BooleanExpression& child : parsed.children) {
    std::string unknown = resolve(child, names, used, expression.children.emplace_back());
    if (!unknown.empty()) return unknown;
  }
  return {};
}

}  // namespace

bool ConditionLink::evaluate(const std::function<bool(size_t)>& test) const {
  if (count == 0) return true;
  bool result = !any;
  if (expression) {
    result = evaluate_expression(*expression, test);
  } else {
    for (size_t i = 0; i < count && result != any; ++i) result = test(i);
  }
  return result != negated;
}

ConditionLink ConditionLink::read(Parameters& item, const std::string& prefix,
                                  const std::vector<std::string>& names, size_t count, const Limits& limits) {
  ConditionLink link;
  link.count = count;
  std::string op = prefix + "_op", negation = prefix + "_not", expr = prefix + "_expr";
  link.any = item.choice(op, {"and", "or"}) == "or";
  link.negated = item.flag(negation, false);
  auto text = item.optional_text(expr);
  if (count == 0) {
    for (const std::string& key : {op, negation, expr})
      if (item.has(key)) item.error(item.mark_of(key), fmt::format("'{}' has no conditions to work on", key));
    return link;
  }
  if (!text) return link;
  if (item.has(op)) item.error(item.mark_of(op), fmt::format("'{}' and '{}' exclude each other", op, expr));
  if (names.empty()) {
    item.error(item.mark_of(expr), fmt::format("'{}' needs the conditions as a map of names", expr));
    return link;
  }
  std::string problem;
  auto parsed =
      parse_boolean_expression(*text, {.quantifiers = false, .upper_case_operators = false}, limits, problem);
  if (!parsed) {
    item.error(item.mark_of(expr), fmt::format("'{}': {}", expr, problem));
    return link;
  }
  std::set<size_t> used;
  ConditionLink::Expression root;
  if (std::string unknown = resolve(*parsed, names, used, root); !unknown.empty()) {
    item.error(item.mark_of(expr),
               fmt::format("'{}' names '{}', which is none of the conditions", expr, unknown));
    return link;
  }
  link.expression = std::move(root);
  for (size_t i = 0; i < names.size(); ++i)
    if (!used.contains(i))
      item.error(item.mark_of(expr), fmt::format("'{}' leaves out the condition '{}'", expr, names[i]));
  return link;
}

}  // namespace sigrun::sigma
