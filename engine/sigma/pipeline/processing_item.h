// One step of a pipeline: a transformation, and the conditions under which it applies to a rule, to a detection item, to
// a field name. Immutable after reading; copies share what they hold.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/pipeline/conditions/condition_link.h"
#include "sigma/pipeline/conditions/detection_item_condition.h"
#include "sigma/pipeline/conditions/field_name_condition.h"
#include "sigma/pipeline/conditions/rule_condition.h"
#include "sigma/pipeline/transformations/transformation.h"

namespace sigrun::sigma {

struct ProcessingItem {
  std::string id;  // empty: nothing can refer to it
  std::vector<std::shared_ptr<const RuleCondition>> rule_conditions;
  std::vector<std::shared_ptr<const DetectionItemCondition>> detection_item_conditions;
  std::vector<std::shared_ptr<const FieldNameCondition>> field_name_conditions;
  ConditionLink rule_link, detection_item_link, field_name_link;
  std::shared_ptr<const Transformation> transformation;

  bool selects_rule(RuleContext& context) const;
  bool selects_item(const DetectionItem& item, const RuleContext& context) const;
  bool selects_item_field(const DetectionItem& item, const RuleContext& context) const;
  bool selects_field(std::string_view name, const RuleContext& context) const;
};

// Empty after a diagnostic.
std::optional<ProcessingItem> read_processing_item(const YamlNode& node, const Limits& limits,
                                                   DiagnosticSink& sink);
// A list of items; empty after a diagnostic.
std::optional<std::vector<ProcessingItem>> read_processing_items(const YamlNode& list, const Limits& limits,
                                                                 DiagnosticSink& sink);

// Applies the items in order. False after an error, which is in the context's sink.
template <typename Rule>
bool apply_items(const std::vector<ProcessingItem>& items, Rule& rule, RuleContext& context) {
  for (const ProcessingItem& item : items) {
    const ProcessingItem* outer = context.item;
    bool selected = item.selects_rule(context);
    if (context.failed) return false;
    if (!selected) continue;
    context.item = &item;
    if (!item.id.empty()) context.applied.insert(item.id);
    bool good = item.transformation->apply(rule, context);
    context.item = outer;
    if (!good) return false;
  }
  return true;
}

}  // namespace sigrun::sigma
