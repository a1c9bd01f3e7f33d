// Read from top to bottom: rules and their references; who enters which group with what; what holds in a window; when that
// is an alert.
#include "differential/naive_correlator.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>

namespace sigrun::naive {
namespace {

using sigma::CorrelationRule;
using sigma::CorrelationType;
using sigma::CountOrder;
using sigma::RuleExpression;

// ----------------------------------------------------------------------------------------------------- rules

bool bears(const sigma::RuleHeader& header, const std::string& reference) {
  return !reference.empty() && (header.id == reference || header.name == reference);
}

bool has_negation(const RuleExpression& expression) {
  if (expression.kind == RuleExpression::Kind::negation) return true;
  return std::any_of(expression.children.begin(), expression.children.end(), has_negation);
}

bool is_ordered(const CorrelationRule& rule) { return rule.type == CorrelationType::temporal_ordered; }
bool is_temporal(const CorrelationRule& rule) {
  return rule.type == CorrelationType::temporal || is_ordered(rule);
}
bool is_counted(const CorrelationRule& rule) {
  return rule.type == CorrelationType::event_count || rule.type == CorrelationType::value_count;
}
bool is_numeric(const CorrelationRule& rule) { return !is_temporal(rule) && !is_counted(rule); }

// What a rule calls a field for one of its inputs.
std::string field_of(const CorrelationRule& rule, size_t input, const std::string& name) {
  for (const CorrelationRule::Alias& alias : rule.aliases) {
    if (alias.name != name) continue;
    for (const auto& [reference, field] : alias.fields)
      if (reference == rule.rules[input].first) return field;
  }
  return name;
}

// ---------------------------------------------------------------------------------------------------- values

using Fields = std::map<std::string, std::vector<std::string>>;

std::set<std::string> values_of(const Fields& fields, const std::string& name) {
  auto found = fields.find(name);
  if (found == fields.end()) return {};
  return {found->second.begin(), found->second.end()};
}

// Every way to take one value of each.
std::set<std::vector<std::string>> combinations(const std::vector<std::set<std::string>>& of) {
  std::set<std::vector<std::string>> all{{}};
  for (const std::set<std::string>& choices : of) {
    std::set<std::vector<std::string>> longer;
    for (const std::vector<std::string>& begun : all) {
      for (const std::string& choice : choices) {
        std::vector<std::string> next = begun;
        next.push_back(choice);
        longer.insert(next);
      }
    }
    all = longer;
  }
  return all;
}

std::optional<double> number_of(const std::string& text) {
  if (!Decimal::from_json(text)) return {};
  return std::strtod(text.c_str(), nullptr);
}

// ------------------------------------------------------------------------------------------------ conditions

bool bound_holds(CountOrder order, double value, double bound) {
  switch (order) {
    case CountOrder::gt: return value > bound;
    case CountOrder::gte: return value >= bound;
    case CountOrder::lt: return value < bound;
    case CountOrder::lte: return value <= bound;
    case CountOrder::eq: return value == bound;
    case CountOrder::neq: return value != bound;
  }
  return false;
}

bool bounds_hold(const CorrelationRule& rule, double value) {
  return std::all_of(rule.bounds.begin(), rule.bounds.end(), [&](const auto& bound) {
    return bound_holds(bound.first, value, std::strtod(bound.second.canonical().c_str(), nullptr));
  });
}

bool expression_holds(const CorrelationRule& rule, const RuleExpression& expression,
                      const std::set<size_t>& seen) {
  auto child_holds = [&](const RuleExpression& child) { return expression_holds(rule, child, seen); };
  switch (expression.kind) {
    case RuleExpression::Kind::all_of:
      return std::all_of(expression.children.begin(), expression.children.end(), child_holds);
    case RuleExpression::Kind::any_of:
      return std::any_of(expression.children.begin(), expression.children.end(), child_holds);
    case RuleExpression::Kind::negation: return !child_holds(expression.children[0]);
    case RuleExpression::Kind::rule:
      return std::any_of(seen.begin(), seen.end(),
                         [&](size_t input) { return rule.rules[input].first == expression.rule; });
  }
  return false;
}

// An event of each of these inputs can be picked so that none is older than the one before; times may be equal, and one event may be
// picked for several. The earliest that fits is always the best pick.
bool in_order(const std::set<size_t>& inputs, const std::vector<Entry>& window) {
  int64_t reached = INT64_MIN;
  for (size_t input : inputs) {
    std::optional<int64_t> next;
    for (const Entry& entry : window)
      if (entry.inputs.contains(input) && entry.time >= reached && (!next || entry.time < *next))
        next = entry.time;
    if (!next) return false;
    reached = *next;
  }
  return true;
}

// An expression over rules in order: what it asks for is among `picked`, what it denies is not among `seen`.
bool ordered_expression_holds(const CorrelationRule& rule, const RuleExpression& expression, bool denied,
                              const std::set<size_t>& picked, const std::set<size_t>& seen) {
  auto child_holds = [&](const RuleExpression& child) {
    return ordered_expression_holds(rule, child, denied, picked, seen);
  };
  switch (expression.kind) {
    case RuleExpression::Kind::all_of:
    case RuleExpression::Kind::any_of:
      return (expression.kind == RuleExpression::Kind::all_of) != denied
                 ? std::all_of(expression.children.begin(), expression.children.end(), child_holds)
                 : std::any_of(expression.children.begin(), expression.children.end(), child_holds);
    case RuleExpression::Kind::negation:
      return ordered_expression_holds(rule, expression.children[0], !denied, picked, seen);
    case RuleExpression::Kind::rule: {
      const std::set<size_t>& where = denied ? seen : picked;
      return denied != std::any_of(where.begin(), where.end(),
                                   [&](size_t input) { return rule.rules[input].first == expression.rule; });
    }
  }
  return false;
}

bool ordered_holds(const CorrelationRule& rule, const std::set<size_t>& seen,
                   const std::vector<Entry>& window) {
  std::set<size_t> all;
  for (size_t input = 0; input < rule.rules.size(); ++input) all.insert(input);
  if (!rule.expression) return in_order(all, window);
  // Any of the rules, in the order of the list, may make the expression true.
  for (uint64_t subset = 0; subset < uint64_t{1} << rule.rules.size(); ++subset) {
    std::set<size_t> picked;
    for (size_t input : all)
      if (subset >> input & 1) picked.insert(input);
    if (in_order(picked, window) && ordered_expression_holds(rule, *rule.expression, false, picked, seen))
      return true;
  }
  return false;
}

// As numpy's default: linear between the closest ranks.
double quantile(std::vector<double> numbers, double q) {
  std::sort(numbers.begin(), numbers.end());
  double rank = q * static_cast<double>(numbers.size() - 1);
  auto below = static_cast<size_t>(std::floor(rank));
  size_t above = std::min(below + 1, numbers.size() - 1);
  return numbers[below] + (numbers[above] - numbers[below]) * (rank - std::floor(rank));
}

}  // namespace

NaiveCorrelator::NaiveCorrelator(const sigma::RuleSet& rules) : rules_(rules.correlations) {
  for (const sigma::DetectionRule& detection : rules.detections) detections_.push_back(detection.header);
}

int64_t NaiveCorrelator::timespan(size_t correlation) const {
  return static_cast<int64_t>(rules_[correlation].timespan_seconds) * 1'000'000'000;
}

bool NaiveCorrelator::on_arrival(size_t correlation) const {
  const CorrelationRule& rule = rules_[correlation];
  if (rule.expression && has_negation(*rule.expression)) return false;
  if (is_numeric(rule) && rule.type != CorrelationType::value_sum) return false;
  return std::all_of(rule.bounds.begin(), rule.bounds.end(), [](const auto& bound) {
    return bound.first == CountOrder::gt || bound.first == CountOrder::gte;
  });
}

std::set<size_t> NaiveCorrelator::correlations_below(size_t correlation) const {
  std::set<size_t> below;
  for (size_t other = 0; other < rules_.size(); ++other)
    if (!inputs_of(correlation, rules_[other].header).empty()) below.insert(other);
  return below;
}

std::set<size_t> NaiveCorrelator::detections_below(size_t correlation) const {
  std::set<size_t> below;
  for (size_t other = 0; other < detections_.size(); ++other)
    if (!inputs_of(correlation, detections_[other]).empty()) below.insert(other);
  return below;
}

size_t NaiveCorrelator::level(size_t correlation) const {
  size_t level = 0;
  for (size_t other : correlations_below(correlation)) level = std::max(level, this->level(other) + 1);
  return level;
}

std::set<size_t> NaiveCorrelator::inputs_of(size_t correlation, const sigma::RuleHeader& header) const {
  std::set<size_t> inputs;
  for (size_t input = 0; input < rules_[correlation].rules.size(); ++input)
    if (bears(header, rules_[correlation].rules[input].first)) inputs.insert(input);
  return inputs;
}

void NaiveCorrelator::enter(size_t correlation, const std::set<size_t>& inputs, size_t event, int64_t time,
                            const Fields& fields, Groups& groups, Outcomes& outcomes) const {
  const CorrelationRule& rule = rules_[correlation];
  // One event enters a group once, whatever number of references it satisfies.
  std::map<Key, Entry> entries;
  for (size_t input : inputs) {
    std::vector<std::set<std::string>> key_parts;
    for (const std::string& name : rule.group_by)
      key_parts.push_back(values_of(fields, field_of(rule, input, name)));
    const std::set<Key> keys = combinations(key_parts);
    if (keys.empty()) {
      ++outcomes.without_group;
      continue;
    }
    std::vector<std::set<std::string>> value_parts;
    for (const std::string& name : rule.fields)
      value_parts.push_back(values_of(fields, field_of(rule, input, name)));
    const std::set<std::vector<std::string>> values = combinations(value_parts);
    if (values.empty()) {
      ++outcomes.without_value;
      continue;
    }
    std::vector<double> numbers;
    if (is_numeric(rule)) {
      for (const std::string& text : fields.find(field_of(rule, input, rule.fields[0]))->second)
        if (auto number = number_of(text)) numbers.push_back(*number);
      if (numbers.empty()) {
        ++outcomes.not_numeric;
        continue;
      }
    }
    for (const Key& key : keys) {
      Entry& entry = entries[key];
      entry.event = event;
      entry.time = time;
      entry.inputs.insert(input);
      entry.values = values;
      entry.numbers = numbers;
    }
  }
  outcomes.entered += entries.size();
  for (const auto& [key, entry] : entries) groups[key].push_back(entry);
}

Groups NaiveCorrelator::groups(size_t correlation, const std::vector<RuleEvent>& events,
                               const std::vector<CanonicalAlert>& below, Outcomes* outcomes) const {
  Groups groups;
  Outcomes unwanted;
  size_t place = 0;
  for (const RuleEvent& event : events)
    enter(correlation, inputs_of(correlation, detections_[event.rule]), place++, event.time, event.fields,
          groups, outcomes ? *outcomes : unwanted);
  for (const CanonicalAlert& alert : below) {
    Fields fields;
    for (size_t i = 0; i < alert.group.size(); ++i)
      fields[rules_[alert.correlation].group_by[i]] = {alert.group[i]};
    enter(correlation, inputs_of(correlation, rules_[alert.correlation].header), place++, alert.time, fields,
          groups, outcomes ? *outcomes : unwanted);
  }
  return groups;
}

Window NaiveCorrelator::window(size_t correlation, const std::vector<Entry>& entries, int64_t from,
                               int64_t to) const {
  const CorrelationRule& rule = rules_[correlation];
  std::vector<Entry> inside;
  std::set<size_t> seen;
  std::set<std::vector<std::string>> values;
  std::vector<double> numbers;
  for (const Entry& entry : entries) {
    if (entry.time < from || entry.time > to) continue;
    inside.push_back(entry);
    seen.insert(entry.inputs.begin(), entry.inputs.end());
    values.insert(entry.values.begin(), entry.values.end());
    numbers.insert(numbers.end(), entry.numbers.begin(), entry.numbers.end());
  }
  Window result;
  if (inside.empty()) return result;
  result.events = inside.size();
  result.first = INT64_MAX;
  for (const Entry& entry : inside) result.first = std::min(result.first, entry.time);

  double sum = 0;
  for (double number : numbers) sum += number;
  switch (rule.type) {
    case CorrelationType::event_count: result.value = static_cast<double>(inside.size()); break;
    case CorrelationType::value_count: result.value = static_cast<double>(values.size()); break;
    case CorrelationType::temporal:
    case CorrelationType::temporal_ordered: result.value = static_cast<double>(seen.size()); break;
    case CorrelationType::value_sum: result.value = sum; break;
    case CorrelationType::value_avg: result.value = sum / static_cast<double>(numbers.size()); break;
    case CorrelationType::value_median: result.value = quantile(numbers, 0.5); break;
    case CorrelationType::value_percentile:
      result.value = quantile(numbers, std::strtod(rule.percentile->canonical().c_str(), nullptr) / 100);
      break;
  }
  result.holds = bounds_hold(rule, result.value);
  if (is_ordered(rule)) {
    result.holds = result.holds && ordered_holds(rule, seen, inside);
  } else if (is_temporal(rule) && rule.expression) {
    result.holds = expression_holds(rule, *rule.expression, seen);
  } else if (is_temporal(rule) && rule.bounds.empty()) {
    result.holds = seen.size() == rule.rules.size();
  }
  return result;
}

std::vector<CanonicalAlert> NaiveCorrelator::alerts_of_group(size_t correlation, const Key& key,
                                                             const std::vector<Entry>& entries) const {
  const int64_t timespan = this->timespan(correlation);
  std::set<int64_t> times;
  for (const Entry& entry : entries) times.insert(entry.time);
  std::vector<CanonicalAlert> alerts;
  auto alert = [&](const Window& window, int64_t from, int64_t to) {
    alerts.push_back({correlation, key, to, from, window.value, window.events});
  };

  if (on_arrival(correlation)) {
    bool held = false;
    for (int64_t time : times) {
      const Window window = this->window(correlation, entries, time - timespan, time);
      const bool another = !held || time > alerts.back().time + timespan;
      if (window.holds && another) alert(window, window.first, time);
      held = window.holds;
    }
    return alerts;
  }

  std::optional<int64_t> opened;
  for (int64_t time : times) {
    if (opened && time <= *opened + timespan) continue;
    opened = time;
    const Window window = this->window(correlation, entries, time, time + timespan);
    if (window.holds) alert(window, time, time + timespan);
  }
  return alerts;
}

std::vector<CanonicalAlert> NaiveCorrelator::alerts(const std::vector<RuleEvent>& events) const {
  std::vector<CanonicalAlert> all;
  size_t highest = 0;
  for (size_t i = 0; i < rules_.size(); ++i) highest = std::max(highest, level(i));
  for (size_t at = 0; at <= highest; ++at) {
    for (size_t i = 0; i < rules_.size(); ++i) {
      if (level(i) != at) continue;
      std::vector<CanonicalAlert> below;
      for (const CanonicalAlert& alert : all)
        if (correlations_below(i).contains(alert.correlation)) below.push_back(alert);
      for (const auto& [key, entries] : groups(i, events, below))
        for (const CanonicalAlert& alert : alerts_of_group(i, key, entries)) all.push_back(alert);
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const CanonicalAlert& a, const CanonicalAlert& b) {
    return std::tie(a.correlation, a.time, a.group) < std::tie(b.correlation, b.time, b.group);
  });
  return all;
}

}  // namespace sigrun::naive
