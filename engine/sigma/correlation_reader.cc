// Correlation documents: checked here so that authors see faults when rules load; evaluated by a later stage.
// Source: Sigma specification 2.1 "Sigma Correlation Rules", and its 2.2 draft for expressions over rule names.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "sigma/boolean_expression.h"
#include "sigma/header_reader.h"
#include "sigma/rule_reader.h"
#include "sigma/similar_name.h"

namespace sigrun::sigma {
namespace {

struct TypeName {
  std::string_view name;
  CorrelationType type;
};
constexpr TypeName type_names[] = {
    {"event_count", CorrelationType::event_count},
    {"value_count", CorrelationType::value_count},
    {"temporal", CorrelationType::temporal},
    {"temporal_ordered", CorrelationType::temporal_ordered},
    {"value_sum", CorrelationType::value_sum},
    {"value_avg", CorrelationType::value_avg},
    {"value_percentile", CorrelationType::value_percentile},
    {"value_median", CorrelationType::value_median},
};

struct OrderName {
  std::string_view name;
  CountOrder order;
};
constexpr OrderName order_names[] = {{"gt", CountOrder::gt}, {"gte", CountOrder::gte},
                                     {"lt", CountOrder::lt}, {"lte", CountOrder::lte},
                                     {"eq", CountOrder::eq}, {"neq", CountOrder::neq}};

bool is_temporal(CorrelationType type) {
  return type == CorrelationType::temporal || type == CorrelationType::temporal_ordered;
}
bool needs_field(CorrelationType type) { return !is_temporal(type) && type != CorrelationType::event_count; }

// "90s", "5m", "1M"…; zero when it is none, UINT64_MAX when it is that long.
uint64_t parse_timespan(std::string_view text) {
  uint64_t count = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (problem == std::errc::invalid_argument || end + 1 != text.data() + text.size()) return 0;
  uint64_t unit = 0;
  switch (*end) {
    case 's': unit = 1; break;
    case 'm': unit = 60; break;
    case 'h': unit = 3600; break;
    case 'd': unit = 86400; break;
    case 'w': unit = 604800; break;
    case 'M': unit = 2629746; break;
    case 'y': unit = 31556952; break;
    default: return 0;
  }
  if (problem != std::errc() || count > UINT64_MAX / unit) return UINT64_MAX;
  return count * unit;
}

class CorrelationReader {
 public:
  CorrelationReader(const YamlNode& document, const YamlEntry& block, const Limits& limits,
                    DiagnosticSink& sink)
      : document_(document), block_(block), limits_(limits), sink_(sink) {}

  std::optional<CorrelationRule> read() {
    auto header = read_header(document_, limits_, sink_);
    if (!block_.value.is_map()) {
      sink_.error(block_.key_mark, "correlation must be a map with type, rules, timespan and condition");
      return {};
    }
    constexpr std::string_view keys[] = {"type",    "rules",     "timespan", "group-by",
                                         "aliases", "condition", "generate", "reset"};
    warn_of_misspelt_keys(block_.value, keys, sink_);
    bool good = read_type() && read_rules_list();
    good = read_timespan() && good;
    good = read_group_by() && good;
    good = read_aliases() && good;
    good = read_flag("generate", rule_.generate) && good;
    good = read_flag("reset", rule_.reset) && good;
    good = good && read_condition();
    if (!good || !header) return {};
    rule_.header = std::move(*header);
    if (const YamlNode* tests = document_.find("tests")) rule_.tests = *tests;
    return std::move(rule_);
  }

 private:
  const YamlEntry* find(std::string_view key) const { return block_.value.find_entry(key); }

  bool fail(Mark mark, std::string message) {
    sink_.error(mark, std::move(message));
    return false;
  }

  bool read_type() {
    const YamlEntry* entry = find("type");
    if (!entry)
      return fail(block_.key_mark, "the correlation has no type; write event_count, value_count, temporal…");
    for (const TypeName& known : type_names) {
      if (!entry->value.is_scalar() || known.name != entry->value.text) continue;
      rule_.type = known.type;
      return true;
    }
    return fail(
        entry->key_mark,
        fmt::format(
            "unknown correlation type '{}'; write event_count, value_count, temporal, temporal_ordered, "
            "value_sum, value_avg, value_percentile or value_median",
            entry->value.text));
  }

  bool read_rules_list() {
    const YamlEntry* entry = find("rules");
    if (!entry) return fail(block_.key_mark, "the correlation names no rules");
    const YamlNode& node = entry->value;
    if (node.is_text()) rule_.rules.emplace_back(node.text, node.mark);
    for (const YamlNode& item : node.items) {
      if (!item.is_scalar() || item.is_null()) return fail(item.mark, "rules must be ids or names");
      rule_.rules.emplace_back(item.text, item.mark);
    }
    if (rule_.rules.empty())
      return fail(entry->key_mark, "rules must be a list of rule ids or names, and not empty");
    if (rule_.rules.size() > limits_.correlation_rules)
      return fail(
          rule_.rules[limits_.correlation_rules].second,
          fmt::format("the correlation names {} rules; at most {} are allowed (limits: correlation-rules)",
                      rule_.rules.size(), limits_.correlation_rules));
    return true;
  }

  bool read_timespan() {
    const YamlEntry* entry = find("timespan");
    if (!entry)
      return fail(block_.key_mark, "the correlation has no timespan; write for example timespan: 5m");
    rule_.timespan_seconds = entry->value.is_scalar() ? parse_timespan(entry->value.text) : 0;
    if (rule_.timespan_seconds == 0)
      return fail(
          entry->key_mark,
          fmt::format("'{}' is no timespan; write a whole number from 1 and a unit: s, m, h, d, w, M or y",
                      entry->value.text));
    if (rule_.timespan_seconds > limits_.correlation_timespan_seconds)
      return fail(entry->key_mark,
                  fmt::format("the timespan {} is longer than the {} seconds ({} days) that are "
                              "allowed (limits: correlation-timespan)",
                              entry->value.text, limits_.correlation_timespan_seconds,
                              limits_.correlation_timespan_seconds / 86'400));
    return true;
  }

  bool read_group_by() {
    const YamlEntry* entry = find("group-by");
    if (!entry || entry->value.is_null()) return true;
    if (entry->value.is_text()) {
      rule_.group_by.push_back(entry->value.text);
      return true;
    }
    if (!entry->value.is_sequence())
      return fail(entry->key_mark, "group-by must be a field name or a list of them");
    for (const YamlNode& item : entry->value.items) {
      if (!item.is_scalar() || item.text.empty())
        return fail(item.mark, "group-by must be a list of field names");
      rule_.group_by.push_back(item.text);
    }
    return true;
  }

  bool read_aliases() {
    const YamlEntry* entry = find("aliases");
    if (!entry || entry->value.is_null()) return true;
    if (!entry->value.is_map()) return fail(entry->key_mark, "aliases must be a map: alias -> {rule: field}");
    for (const YamlEntry& alias : entry->value.entries) {
      if (!alias.value.is_map() || alias.value.entries.empty())
        return fail(alias.key_mark, fmt::format("the alias '{}' must be a map: rule -> field", alias.key));
      CorrelationRule::Alias read{alias.key, {}, alias.key_mark};
      for (const YamlEntry& field : alias.value.entries) {
        if (!field.value.is_scalar() || field.value.text.empty())
          return fail(field.key_mark, "an alias must name a field");
        bool known = std::any_of(rule_.rules.begin(), rule_.rules.end(),
                                 [&](const auto& rule) { return rule.first == field.key; });
        if (!known)
          return fail(field.key_mark,
                      fmt::format("the alias '{}' names '{}', which is not among this correlation's rules",
                                  alias.key, field.key));
        read.fields.emplace_back(field.key, field.value.text);
      }
      rule_.aliases.push_back(std::move(read));
    }
    return true;
  }

  // Beside `correlation` or in it.
  bool read_flag(std::string_view key, bool& flag) {
    for (const YamlEntry* entry : {document_.find_entry(key), find(key)}) {
      if (!entry) continue;
      if (entry->value.kind != YamlKind::boolean)
        return fail(entry->key_mark, fmt::format("{} must be true or false", key));
      flag = flag || entry->value.truth();
    }
    return true;
  }

  bool read_condition() {
    const YamlEntry* entry = find("condition");
    if (!entry) {
      if (is_temporal(rule_.type)) return true;
      return fail(block_.key_mark,
                  "the correlation has no condition; write for example condition: {gte: 10}");
    }
    if (entry->value.is_map()) return read_bounds(*entry);
    if (!is_temporal(rule_.type) || !entry->value.is_text())
      return fail(entry->key_mark,
                  is_temporal(rule_.type)
                      ? "the condition must be text over rule names"
                      : "the condition must be a map such as {gte: 10}; only temporal types take text");
    return read_expression(*entry);
  }

  bool read_bounds(const YamlEntry& condition) {
    for (const YamlEntry& entry : condition.value.entries) {
      if (entry.key == "field") {
        if (entry.value.is_text()) rule_.fields.push_back(entry.value.text);
        for (const YamlNode& item : entry.value.items)
          if (item.is_scalar()) rule_.fields.push_back(item.text);
        if (rule_.fields.empty()) return fail(entry.key_mark, "field must be a field name or a list of them");
        continue;
      }
      auto number =
          entry.value.kind == YamlKind::number ? Decimal::from_plain(entry.value.text) : std::nullopt;
      if (!number) return fail(entry.key_mark, fmt::format("'{}' needs a number", entry.key));
      if (entry.key == "percentile") {
        if (*number < Decimal(0) || *number > Decimal(100))
          return fail(entry.key_mark, "a percentile lies between 0 and 100");
        rule_.percentile = *number;
        continue;
      }
      auto order = std::find_if(std::begin(order_names), std::end(order_names),
                                [&](const OrderName& known) { return known.name == entry.key; });
      if (order == std::end(order_names))
        return fail(entry.key_mark,
                    fmt::format("unknown operator '{}'; write gt, gte, lt, lte, eq or neq", entry.key));
      rule_.bounds.emplace_back(order->order, *number);
    }
    if (rule_.bounds.empty() && !is_temporal(rule_.type))
      return fail(condition.key_mark, "the condition compares with nothing; write for example {gte: 10}");
    if (needs_field(rule_.type) && rule_.fields.empty())
      return fail(condition.key_mark, "this type counts the values of a field; add field: to the condition");
    if (rule_.type == CorrelationType::value_percentile && !rule_.percentile)
      return fail(condition.key_mark,
                  "value_percentile needs percentile: in its condition, for example {field: bytes, "
                  "percentile: 95, gt: 1000}");
    return check_bounds(condition);
  }

  // What no number meets, and counts of rules that there are not.
  bool check_bounds(const YamlEntry& condition) {
    // The highest lower bound and the lowest upper one; itself: the bound is within.
    std::optional<Decimal> least, most;
    bool least_itself = true, most_itself = true;
    for (const auto& [order, number] : rule_.bounds) {
      const bool lower = order == CountOrder::gt || order == CountOrder::gte || order == CountOrder::eq;
      const bool upper = order == CountOrder::lt || order == CountOrder::lte || order == CountOrder::eq;
      const bool itself = order != CountOrder::gt && order != CountOrder::lt;
      if (lower && (!least || *least < number || (*least == number && !itself)))
        least = number, least_itself = itself;
      if (upper && (!most || number < *most || (*most == number && !itself)))
        most = number, most_itself = itself;
    }
    if (least && most && (*most < *least || (*least == *most && !(least_itself && most_itself))))
      return fail(condition.key_mark, "no number meets this condition: its bounds exclude each other");
    if (!is_temporal(rule_.type) || rule_.bounds.empty()) return true;
    const Decimal rules(static_cast<int64_t>(rule_.rules.size()));
    if (least && (rules < *least || (*least == rules && !least_itself)))
      return fail(
          condition.key_mark,
          fmt::format("the condition asks for more rules than the {} that are named", rule_.rules.size()));
    if (rule_.type != CorrelationType::temporal_ordered) return true;
    if (!least || !(*least == rules) || (most && !(*most == rules)))
      return fail(condition.key_mark,
                  "temporal_ordered asks for all of its rules, one after the other: leave the condition out, "
                  "or write "
                  "type: temporal to count them in any order");
    rule_.bounds.clear();
    return true;
  }

  bool read_expression(const YamlEntry& entry) {
    std::string problem;
    auto expression = parse_boolean_expression(entry.value.text, {false, true}, limits_, problem);
    if (expression) rule_.expression = name_rules(*expression, problem);
    if (!problem.empty()) return fail(entry.value.mark, "condition: " + problem);
    return true;
  }

  RuleExpression name_rules(const BooleanExpression& expression, std::string& problem) {
    RuleExpression result;
    switch (expression.kind) {
      case BooleanExpression::Kind::all_of: result.kind = RuleExpression::Kind::all_of; break;
      case BooleanExpression::Kind::any_of: result.kind = RuleExpression::Kind::any_of; break;
      case BooleanExpression::Kind::negation: result.kind = RuleExpression::Kind::negation; break;
      default: {
        result.rule = expression.name;
        bool known = std::any_of(rule_.rules.begin(), rule_.rules.end(),
                                 [&](const auto& rule) { return rule.first == expression.name; });
        if (!known && problem.empty())
          problem = fmt::format("'{}' is not among this correlation's rules", expression.name);
      }
    }
    for (const BooleanExpression& child : expression.children)
      result.children.push_back(name_rules(child, problem));
    return result;
  }

  const YamlNode& document_;
  const YamlEntry& block_;
  const Limits& limits_;
  DiagnosticSink& sink_;
  CorrelationRule rule_;
};

}  // namespace

std::optional<CorrelationRule> read_correlation_rule(const YamlNode& document, const Limits& limits,
                                                     DiagnosticSink& sink) {
  return CorrelationReader(document, *document.find_entry("correlation"), limits, sink).read();
}

}  // namespace sigrun::sigma
