#include "sigma/condition.h"

#include <fmt/format.h>

#include <charconv>

#include "sigma/boolean_expression.h"

namespace sigrun::sigma {
namespace {

std::string list_names(const std::vector<Selection>& selections) {
  std::string names;
  for (const Selection& selection : selections) names += (names.empty() ? "" : ", ") + selection.name;
  return names;
}

class Resolver {
 public:
  Resolver(const std::vector<Selection>& selections, const Limits& limits, size_t& references,
           std::string& problem)
      : selections_(selections), limits_(limits), references_(references), problem_(problem) {}

  Condition resolve(const BooleanExpression& expression) {
    Condition condition;
    switch (expression.kind) {
      case BooleanExpression::Kind::all_of: condition.kind = Condition::Kind::all_of; break;
      case BooleanExpression::Kind::any_of: condition.kind = Condition::Kind::any_of; break;
      case BooleanExpression::Kind::negation: condition.kind = Condition::Kind::negation; break;
      case BooleanExpression::Kind::name: return resolve_name(expression.name);
      case BooleanExpression::Kind::quantified: return resolve_quantified(expression);
    }
    for (const BooleanExpression& child : expression.children) condition.children.push_back(resolve(child));
    return condition;
  }

 private:
  void fail(std::string message) {
    if (problem_.empty()) problem_ = std::move(message);
  }

  Condition resolve_name(const std::string& name) {
    Condition condition;
    for (size_t i = 0; i < selections_.size(); ++i) {
      if (selections_[i].name != name) continue;
      condition.selection = i;
      return condition;
    }
    fail(name == "timeframe"
             ? "'timeframe' is no selection; write a correlation rule with a timespan"
             : fmt::format("there is no selection '{}'; this rule has: {}", name, list_names(selections_)));
    return condition;
  }

  Condition resolve_quantified(const BooleanExpression& expression) {
    Condition condition;
    condition.kind = Condition::Kind::at_least;
    bool them = expression.name == "them";
    const std::string& pattern = expression.name;
    // Many quantifiers over many selections: their product is what the plan has to hold.
    for (size_t i = 0; i < selections_.size() && references_ <= limits_.condition_references; ++i) {
      const std::string& name = selections_[i].name;
      // Names that begin with an underscore are helpers: only a pattern that begins with one reaches them.
      bool hidden = name.starts_with('_') && (them || !pattern.starts_with('_'));
      if (!hidden && (them || selection_name_matches(pattern, name)))
        condition.selections.push_back(i), ++references_;
    }
    if (references_ > limits_.condition_references) {
      fail(fmt::format("its quantifiers name more than {} selections in all", limits_.condition_references));
      return condition;
    }
    size_t available = condition.selections.size();
    if (available == 0) {
      fail(fmt::format("'{} of {}' selects nothing; this rule has: {}", expression.count, pattern,
                       list_names(selections_)));
    } else if (expression.count == "all") {
      condition.threshold = available;
    } else if (expression.count == "any") {
      condition.threshold = 1;
    } else {
      auto [end, error] = std::from_chars(
          expression.count.data(), expression.count.data() + expression.count.size(), condition.threshold);
      if (error != std::errc() || condition.threshold < 1 || condition.threshold > available)
        fail(fmt::format("'{} of {}': the number must be from 1 to {}, the number of selections",
                         expression.count, pattern, available));
    }
    return condition;
  }

  const std::vector<Selection>& selections_;
  const Limits& limits_;
  size_t& references_;
  std::string& problem_;
};

}  // namespace

bool selection_name_matches(std::string_view pattern, std::string_view name) {
  // Greedy matching with one point of return: the last `*` seen.
  size_t p = 0, n = 0, star = std::string_view::npos, star_name = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_name = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p, ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++star_name;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::optional<Condition> parse_condition(std::string_view text, const std::vector<Selection>& selections,
                                         Mark mark, const Limits& limits, DiagnosticSink& sink,
                                         size_t& references) {
  std::string problem;
  auto expression = parse_boolean_expression(text, {}, limits, problem);
  std::optional<Condition> condition;
  if (expression) condition = Resolver(selections, limits, references, problem).resolve(*expression);
  if (!problem.empty()) {
    sink.error(mark, "condition: " + problem);
    return {};
  }
  return condition;
}

std::optional<Condition> parse_condition(std::string_view text, const std::vector<Selection>& selections,
                                         Mark mark, const Limits& limits, DiagnosticSink& sink) {
  size_t references = 0;
  return parse_condition(text, selections, mark, limits, sink, references);
}

}  // namespace sigrun::sigma
