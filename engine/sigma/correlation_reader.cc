// Correlation documents: checked here so that authors see faults when rules load; evaluated by a later stage.
// Source: Sigma specification 2.1 "Sigma Correlation Rules", and its 2.2 draft for expressions over rule names.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "sigma/analytic_reader.h"
#include "sigma/boolean_expression.h"
#include "sigma/header_reader.h"
#include "sigma/rule_expression.h"
#include "sigma/rule_reader.h"
#include "sigma/similar_name.h"
#include "support/quantity.h"
#include "sigma/timespan.h"

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

bool is_temporal(CorrelationType type) {
  return type == CorrelationType::temporal || type == CorrelationType::temporal_ordered;
}
bool needs_field(CorrelationType type) { return !is_temporal(type) && type != CorrelationType::event_count; }

bool is_whole(const Decimal& number) { return number.canonical().find('.') == std::string::npos; }

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
    warn_of_unknown_keys();
    bool good = read_type() && read_rules_list();
    good = read_timespan() && good;
    good = read_group_by() && good;
    good = read_aliases() && good;
    good = read_flag("generate", rule_.generate) && good;
    good = read_flag("reset", rule_.reset) && good;
    good = good && read_condition();
    if (const YamlEntry* analytic = document_.find_entry("analytic")) {
      rule_.analytic = read_analytic(*analytic, true, sink_);
      good = good && rule_.analytic;
    }
    if (!good || !header) return {};
    warn_of_aliases();
    warn_of_fields();
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

  void warn_of_unknown_keys() {
    constexpr std::string_view keys[] = {"type",    "rules",     "timespan", "group-by",
                                         "aliases", "condition", "generate", "reset"};
    for (const YamlEntry& entry : block_.value.entries) {
      if (std::find(std::begin(keys), std::end(keys), entry.key) != std::end(keys)) continue;
      if (entry.key == "timeframe" && !find("timespan")) continue;  // read_timespan() says so
      if (const std::string_view meant = similar_key(entry.key, keys); !meant.empty())
        warn_of_misspelt_key(entry.key, entry.key_mark, meant, sink_);
      else
        sink_.warning(entry.key_mark, fmt::format("unknown key '{}': it has no effect; a correlation has {}",
                                                  entry.key, fmt::join(keys, ", ")));
    }
  }

  std::string similar_rule(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const auto& [rule, mark] : rule_.rules) names.push_back(rule);
    const std::string_view meant = similar_name(name, names);
    return meant.empty() ? std::string() : fmt::format("; did you mean {}?", meant);
  }

  // Where an alias tells nothing of a rule, the field of that name is read.
  void warn_of_aliases() {
    for (const CorrelationRule::Alias& alias : rule_.aliases) {
      const auto names = [&](const std::vector<std::string>& fields) {
        return std::find(fields.begin(), fields.end(), alias.name) != fields.end();
      };
      if (!names(rule_.group_by) && !names(rule_.fields)) {
        sink_.warning(alias.mark, fmt::format("the alias '{}' is not used: name it in group-by{}", alias.name,
                                              needs_field(rule_.type) ? " or field" : ""));
        continue;
      }
      std::string missing, first;
      for (const auto& [rule, mark] : rule_.rules) {
        const auto is_rule = [&, &name = rule](const auto& field) { return field.first == name; };
        if (std::any_of(alias.fields.begin(), alias.fields.end(), is_rule)) continue;
        if (first.empty()) first = rule;
        missing += (missing.empty() ? "'" : ", '") + rule + "'";
      }
      if (!missing.empty())
        sink_.warning(
            alias.mark,
            fmt::format("the alias '{}' does not cover {}: of its events the field '{}' itself is read; "
                        "add {}: FIELD",
                        alias.name, missing, alias.name, first));
    }
  }

  void warn_of_fields() {
    if (rule_.fields.empty()) return;
    if (!needs_field(rule_.type)) {
      sink_.warning(field_mark_,
                    is_temporal(rule_.type)
                        ? "field has no effect: this type looks at which rules were seen"
                        : "field has no effect: event_count counts events; value_count counts the "
                          "values of a field");
    } else if (rule_.type == CorrelationType::value_count &&
               std::all_of(rule_.fields.begin(), rule_.fields.end(), [&](const std::string& field) {
                 return std::find(rule_.group_by.begin(), rule_.group_by.end(), field) !=
                        rule_.group_by.end();
               })) {
      sink_.warning(
          field_mark_,
          fmt::format("'{}' is in group-by: within one group it has one value, so the count is always 1, "
                      "but for lists; leave it out of group-by",
                      fmt::join(rule_.fields, "', '")));
    }
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
    if (const YamlEntry* other = find("timeframe"); other && !entry)
      return fail(other->key_mark, "timeframe is no key of a correlation; did you mean timespan?");
    if (!entry)
      return fail(block_.key_mark, "the correlation has no timespan; write for example timespan: 5m");
    rule_.timespan_seconds = entry->value.is_scalar() ? parse_timespan(entry->value.text) : 0;
    if (rule_.timespan_seconds == 0) {
      const std::string meant = meant_timespan(entry->value.text);
      return fail(
          entry->key_mark,
          fmt::format("'{}' is no timespan; write a whole number from 1 and a unit: s, m, h, d, w, M or y{}",
                      entry->value.text,
                      parse_timespan(meant) == 0 ? "" : fmt::format("; did you mean {}?", meant)));
    }
    if (rule_.timespan_seconds > limits_.correlation_timespan_seconds)
      return fail(
          entry->key_mark,
          fmt::format(
              "the timespan {} is longer than {}, the longest allowed (limits: correlation-timespan)",
              entry->value.text,
              format_span(static_cast<int64_t>(limits_.correlation_timespan_seconds) * 1'000'000'000)));
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
      if (std::find(rule_.group_by.begin(), rule_.group_by.end(), item.text) != rule_.group_by.end())
        sink_.warning(item.mark, fmt::format("'{}' stands twice in group-by; once is enough", item.text));
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
                      fmt::format("the alias '{}' names '{}', which is not among this correlation's rules{}",
                                  alias.key, field.key, similar_rule(field.key)));
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

  // A finite one.
  std::optional<Decimal> read_number(const YamlEntry& entry) {
    const YamlNode& value = entry.value;
    const auto refuse = [&](std::string message) {
      sink_.error(entry.key_mark, fmt::format("'{}' needs a number", entry.key) + message);
      return std::nullopt;
    };
    if (!value.is_scalar()) return refuse(fmt::format(", not {}", kind_name(value.kind)));
    auto number = value.kind == YamlKind::number ? Decimal::from_plain(value.text) : std::nullopt;
    double as_double = 0;
    const char* const end = value.text.data() + value.text.size();
    const auto read = std::from_chars(value.text.data(), end, as_double);
    if (read.ptr == end && read.ec == std::errc::result_out_of_range)
      return refuse(
          fmt::format("; {} is beyond what numbers are kept with, which is from 2.3e-308 to 1.7e308",
                      value.text.size() <= 32 ? value.text : value.text.substr(0, 32) + "…"));
    if (number) return number;
    const bool quoted = value.is_text() && value.text_mark.line != 0 && !(value.text_mark == value.mark);
    const auto written = Decimal::from_json(value.text);
    if (written && quoted) return refuse(fmt::format("; '{}' in quotes is text, leave them out", value.text));
    if (written) return written;
    if (read.ptr == end && read.ec == std::errc() && !std::isfinite(as_double))
      return refuse(fmt::format("; {} is no finite one", value.text));
    return refuse(value.text.empty() ? std::string()
                                     : fmt::format("; '{}' is none: write it as 10, 0.5 or 1e6", value.text));
  }

  // Of counts: a group is counted from its first event on, so they are whole numbers from 1. `gte: 1` and
  // `gt: 0` hold always, too; they are how "any event" is written.
  void warn_of_bounds(const YamlEntry& condition) {
    if (needs_field(rule_.type) && rule_.type != CorrelationType::value_count) return;
    size_t next = 0;
    for (const YamlEntry& entry : condition.value.entries)
      if (entry.key != "field" && entry.key != "percentile") {
        const auto& [order, number] = rule_.bounds[next++];
        warn_of_bound(entry, order, number);
      }
  }

  void warn_of_bound(const YamlEntry& entry, CountOrder order, const Decimal& number) {
    const Decimal zero(0), one(1), rules(static_cast<int64_t>(rule_.rules.size()));
    const bool temporal = is_temporal(rule_.type);
    const bool none = number < one || !is_whole(number) || (temporal && rules < number);  // no count is this
    bool always = false, never = false;
    switch (order) {
      case CountOrder::gt: always = number < zero; break;
      case CountOrder::gte: always = number <= zero; break;
      case CountOrder::lt: never = number <= one, always = temporal && rules < number; break;
      case CountOrder::lte: never = number < one, always = temporal && rules <= number; break;
      case CountOrder::eq: never = none; break;
      case CountOrder::neq: always = none; break;
    }
    const std::string range =
        temporal ? fmt::format("whole numbers from 1 to {}, the rules that are named", rule_.rules.size())
                 : std::string("whole numbers from 1: a group is counted from its first event on");
    if (always || never)
      sink_.warning(entry.key_mark, fmt::format("'{}: {}' {} holds; counts are {}", entry.key,
                                                entry.value.text, always ? "always" : "never", range));
  }

  bool read_bounds(const YamlEntry& condition) {
    for (const YamlEntry& entry : condition.value.entries) {
      if (entry.key == "field") {
        field_mark_ = entry.key_mark;
        if (entry.value.is_text()) rule_.fields.push_back(entry.value.text);
        for (const YamlNode& item : entry.value.items)
          if (item.is_scalar()) rule_.fields.push_back(item.text);
        if (rule_.fields.empty()) return fail(entry.key_mark, "field must be a field name or a list of them");
        continue;
      }
      const std::optional<Decimal> number = read_number(entry);
      if (!number) return false;
      if (entry.key == "percentile") {
        if (*number < Decimal(0) || *number > Decimal(100))
          return fail(entry.key_mark, "a percentile lies between 0 and 100");
        if (rule_.type != CorrelationType::value_percentile)
          sink_.warning(entry.key_mark, "percentile has no effect: it belongs to type: value_percentile");
        rule_.percentile = *number;
        continue;
      }
      const auto order = parse_count_order(entry.key);
      if (!order)
        return fail(entry.key_mark,
                    fmt::format("unknown operator '{}'; write gt, gte, lt, lte, eq or neq", entry.key));
      rule_.bounds.emplace_back(*order, *number);
    }
    if (rule_.bounds.empty() && !is_temporal(rule_.type))
      return fail(condition.key_mark, "the condition compares with nothing; write for example {gte: 10}");
    if (needs_field(rule_.type) && rule_.fields.empty())
      return fail(condition.key_mark, "this type counts the values of a field; add field: to the condition");
    if (rule_.type == CorrelationType::value_percentile && !rule_.percentile)
      return fail(condition.key_mark,
                  "value_percentile needs percentile: in its condition, for example {field: bytes, "
                  "percentile: 95, gt: 1000}");
    if (!check_bounds(condition)) return false;
    if (rule_.type != CorrelationType::temporal_ordered) warn_of_bounds(condition);
    return true;
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
    size_t at = 0;
    const BooleanGrammar grammar{.quantifiers = false,
                                 .upper_case_operators = true,
                                 .instead_of_quantifiers =
                                     "in a correlation write the names, as in 'a or b', or how many rules "
                                     "must be seen: condition: {gte: 1}; "
                                     "without a condition all must be"};
    auto expression = parse_boolean_expression(entry.value.text, grammar, limits_, problem, at);
    if (expression) rule_.expression = name_rules(*expression, problem, at);
    if (!problem.empty()) return fail(entry.value.mark_at(at), "condition: " + problem);
    if (!may_hold(rule_))
      sink_.warning(
          entry.value.mark,
          "this condition never holds: a window begins with an event of one of the rules; name one that must "
          "be seen, as in 'a and not b'");
    return true;
  }

  RuleExpression name_rules(const BooleanExpression& expression, std::string& problem, size_t& at) {
    RuleExpression result;
    switch (expression.kind) {
      case BooleanExpression::Kind::all_of: result.kind = RuleExpression::Kind::all_of; break;
      case BooleanExpression::Kind::any_of: result.kind = RuleExpression::Kind::any_of; break;
      case BooleanExpression::Kind::negation: result.kind = RuleExpression::Kind::negation; break;
      default: {
        result.rule = expression.name;
        bool known = std::any_of(rule_.rules.begin(), rule_.rules.end(),
                                 [&](const auto& rule) { return rule.first == expression.name; });
        if (!known && problem.empty()) {
          at = expression.at;
          problem = fmt::format("'{}' is not among this correlation's rules{}", expression.name,
                                similar_rule(expression.name));
        }
      }
    }
    for (const BooleanExpression& child : expression.children)
      result.children.push_back(name_rules(child, problem, at));
    return result;
  }

  const YamlNode& document_;
  const YamlEntry& block_;
  const Limits& limits_;
  DiagnosticSink& sink_;
  CorrelationRule rule_;
  Mark field_mark_;  // of the condition's `field`
};

}  // namespace

std::optional<CorrelationRule> read_correlation_rule(const YamlNode& document, const Limits& limits,
                                                     DiagnosticSink& sink) {
  return CorrelationReader(document, *document.find_entry("correlation"), limits, sink).read();
}

}  // namespace sigrun::sigma
