// The rule model: what the documents of a rule collection say, checked, with modifiers applied and conditions resolved.
//
// Built by rule_reader.cc, correlation_reader.cc and filter_reader.cc; rewritten by pipelines; consumed by the plan stage, after which it is no longer
// needed. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sigma/analytic.h"
#include "sigma/count_order.h"
#include "sigma/value.h"
#include "sigma/yaml.h"
#include "support/diagnostic.h"

namespace sigrun::sigma {

enum class Level : uint8_t { none, informational, low, medium, high, critical };
enum class Status : uint8_t { none, unsupported, deprecated, experimental, test, stable };
std::string_view level_name(Level level);  // "" for none
std::string_view status_name(Status status);
std::optional<Level> parse_level(std::string_view text);
std::optional<Status> parse_status(std::string_view text);

// Empty attributes are unset.
struct LogSource {
  std::string product, category, service;
  Mark mark;
  friend bool operator==(const LogSource& a, const LogSource& b) {
    return a.product == b.product && a.category == b.category && a.service == b.service;
  }
  // Every attribute that this one sets has the same value in `other`.
  bool covers(const LogSource& other) const;
  // Both set an attribute, differently.
  bool contradicts(const LogSource& other) const;
  std::string to_string() const;  // "product=windows category=process_creation"
};

struct ItemValue {
  Value value;
  Mark mark;
};

// `Field|modifier|modifier: value(s)`, or keywords (no field).
struct DetectionItem {
  std::string field;  // empty for keywords
  bool keyword = false;
  bool literal_field = false;          // a pipeline renamed it: no spelling of a log source table applies
  std::vector<std::string> modifiers;  // as written, for explanations
  std::vector<ItemValue> values;       // at least one
  bool match_all = false;              // AND over the values instead of OR
  bool negated = false;                // neq
  Mark mark;
  std::set<std::string> applied;  // identifiers of the processing items that touched it
};

// A tree of items: a map is all_of, a list is any_of.
struct Detection {
  enum class Kind : uint8_t { all_of, any_of, item };
  Kind kind = Kind::all_of;
  std::vector<Detection> children;    // all_of, any_of
  std::optional<DetectionItem> item;  // item
};

struct Selection {
  std::string name;
  Detection detection;
  Mark mark;
};

// A condition with its identifiers resolved to indexes into DetectionRule::selections.
struct Condition {
  enum class Kind : uint8_t { all_of, any_of, negation, selection, at_least };
  Kind kind = Kind::selection;
  std::vector<Condition> children;  // all_of, any_of: any number; negation: one
  size_t selection = 0;             // selection
  size_t threshold = 0;             // at_least: how many of…
  std::vector<size_t> selections;   // …these must hold
};

// What every document has. `file` is the path as given on loading.
struct RuleHeader {
  std::string file;
  Mark mark;  // of the document's first key
  size_t number = 1;  // of the document among the rules of its file
  std::string title, id, name, description, author, taxonomy;
  Level level = Level::none;
  Status status = Status::none;
  std::vector<std::string> tags;
  std::vector<std::pair<std::string, std::string>>
      custom;  // set_custom_attribute and unknown top-level scalars
  // What alerts call the rule: its id. Without one the stem of its file's name, with #NAME behind it, or #NUMBER
  // where it has no name either, unless it is the file's first.
  std::string identity() const;
};

struct DetectionRule {
  RuleHeader header;
  LogSource logsource;
  std::vector<Selection> selections;
  Condition condition;  // a list of conditions is any_of
  std::string condition_text;
  YamlNode tests;  // the `tests:` block, null kind when absent
  std::string regression_tests_path;
  bool muted = false;             // only referenced by correlations that do not `generate`
  bool narrowed = false;          // the base of an analytic that stands in its document
  std::set<std::string> applied;  // identifiers of the processing items that touched the rule
  std::vector<std::pair<std::string, std::string>> processing_state;  // set_state
};

enum class CorrelationType : uint8_t {
  event_count,
  value_count,
  temporal,
  temporal_ordered,
  value_sum,
  value_avg,
  value_percentile,
  value_median,
};

// A string condition over rule names: temporal types of the 2.2 draft.
struct RuleExpression {
  enum class Kind : uint8_t { all_of, any_of, negation, rule };
  Kind kind = Kind::rule;
  std::vector<RuleExpression> children;
  std::string rule;
};

struct CorrelationRule {
  RuleHeader header;
  CorrelationType type = CorrelationType::event_count;
  std::vector<std::pair<std::string, Mark>> rules;  // ids or names
  std::vector<std::string> group_by;
  struct Alias {
    std::string name;
    std::vector<std::pair<std::string, std::string>> fields;  // rule -> field
    Mark mark;
  };
  std::vector<Alias> aliases;
  uint64_t timespan_seconds = 0;
  std::vector<std::pair<CountOrder, Decimal>> bounds;  // all must hold
  std::optional<RuleExpression> expression;
  std::vector<std::string> fields;  // `field` of the value types
  std::optional<Decimal> percentile;
  bool generate = false;
  bool reset = false;  // state saved by a version of the rule without this is dropped
  std::optional<Analytic> analytic;  // narrows the correlation
  YamlNode tests;  // the `tests:` block, null kind when absent
};

struct FilterRule {
  RuleHeader header;
  LogSource logsource;
  bool any_rule = false;
  std::vector<std::pair<std::string, Mark>> rules;  // ids or names
  std::vector<Selection> selections;
  Condition condition;
};

}  // namespace sigrun::sigma
