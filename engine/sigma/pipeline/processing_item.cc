#include "sigma/pipeline/processing_item.h"

#include <fmt/format.h>

namespace sigrun::sigma {
namespace {

// Conditions stand in a list, or in a map that names them for an expression.
template <typename Read>
auto read_conditions(Parameters& item, const std::string& key, std::vector<std::string>& names,
                     Read read_one) {
  std::vector<decltype(read_one(std::string(), item))> conditions;
  const YamlNode* node = item.node(key);
  if (!node || node->is_null()) return conditions;
  auto add = [&](const YamlNode& definition) {
    const YamlNode* type = definition.find("type");
    if (!type || !type->is_text()) {
      item.error(definition.mark, fmt::format("a condition of '{}' must be a map with a type", key));
      return;
    }
    Parameters parameters(definition, fmt::format("condition '{}'", type->text), item.sink());
    parameters.ignore("type");
    auto condition = read_one(type->text, parameters);
    if (!condition)
      item.error(type->mark, fmt::format("unknown condition type '{}' in '{}'", type->text, key));
    else if (parameters.finish())
      conditions.push_back(std::move(condition));
    else
      item.error(definition.mark, fmt::format("'{}' cannot be read", key));
  };
  if (node->is_sequence()) {
    for (const YamlNode& definition : node->items) add(definition);
  } else if (node->is_map()) {
    for (const YamlEntry& entry : node->entries) {
      names.push_back(entry.key);
      add(entry.value);
    }
  } else {
    item.error(node->mark,
               fmt::format("'{}' must be a list or a map of conditions, not {}", key, kind_name(node->kind)));
  }
  return conditions;
}

}  // namespace

bool ProcessingItem::selects_rule(RuleContext& context) const {
  return rule_link.evaluate([&](size_t i) { return rule_conditions[i]->matches(context); });
}

bool ProcessingItem::selects_item(const DetectionItem& item, const RuleContext& context) const {
  return detection_item_link.evaluate([&](size_t i) {
    return detection_item_conditions[i]->matches(item, context);
  }) && field_name_link.evaluate([&](size_t i) {
    return field_name_conditions[i]->matches_item(item, context);
  });
}

bool ProcessingItem::selects_item_field(const DetectionItem& item, const RuleContext& context) const {
  return field_name_link.evaluate(
      [&](size_t i) { return field_name_conditions[i]->matches_item_field(item, context); });
}

bool ProcessingItem::selects_field(std::string_view name, const RuleContext& context) const {
  return field_name_link.evaluate(
      [&](size_t i) { return field_name_conditions[i]->matches_name(name, context); });
}

std::optional<ProcessingItem> read_processing_item(const YamlNode& node, const Limits& limits,
                                                   DiagnosticSink& sink) {
  const YamlNode* type = node.find("type");
  if (!type || !type->is_text()) {
    sink.error(node.mark, "a transformation must be a map with a type");
    return {};
  }
  Parameters parameters(node, type->text, sink);
  parameters.ignore("type");
  ProcessingItem item;
  item.id = parameters.optional_text("id").value_or("");
  std::vector<std::string> names;
  auto link = [&](const std::string& prefix, size_t count) {
    ConditionLink read = ConditionLink::read(parameters, prefix, names, count, limits);
    names.clear();
    return read;
  };
  item.rule_conditions = read_conditions(parameters, "rule_conditions", names, read_rule_condition);
  item.rule_link = link("rule_cond", item.rule_conditions.size());
  item.detection_item_conditions = read_conditions(parameters, "detection_item_conditions", names,
                                                   [&](const std::string& name, Parameters& of) {
                                                     return read_detection_item_condition(name, of, limits);
                                                   });
  item.detection_item_link = link("detection_item_cond", item.detection_item_conditions.size());
  item.field_name_conditions = read_conditions(
      parameters, "field_name_conditions", names,
      [&](const std::string& name, Parameters& of) { return read_field_name_condition(name, of, limits); });
  item.field_name_link = link("field_name_cond", item.field_name_conditions.size());

  TransformationReader read = find_transformation(type->text);
  if (!read) {
    sink.error(type->mark, fmt::format("unknown transformation type '{}'", type->text));
    return {};
  }
  item.transformation = read(parameters, limits);
  if (!parameters.finish() || !item.transformation) return {};
  return item;
}

std::optional<std::vector<ProcessingItem>> read_processing_items(const YamlNode& list, const Limits& limits,
                                                                 DiagnosticSink& sink) {
  std::vector<ProcessingItem> items;
  if (list.is_null()) return items;
  if (!list.is_sequence()) {
    sink.error(list.mark, fmt::format("transformations must be a list, not {}", kind_name(list.kind)));
    return {};
  }
  bool good = true;
  for (const YamlNode& node : list.items) {
    auto item = read_processing_item(node, limits, sink);
    if (item)
      items.push_back(std::move(*item));
    else
      good = false;
  }
  if (!good) return {};
  return items;
}

}  // namespace sigrun::sigma
