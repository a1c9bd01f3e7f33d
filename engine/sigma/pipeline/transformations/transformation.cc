#include "sigma/pipeline/transformations/transformation.h"

#include <algorithm>

#include "sigma/pipeline/plain_text.h"
#include "sigma/pipeline/processing_item.h"

namespace sigrun::sigma {
namespace {

struct TableEntry {
  std::string_view type;
  TransformationReader read;
};

constexpr TableEntry table[] = {
    {"add_condition", read_add_condition},
    {"add_field", read_field_list_change},
    {"case", read_case},
    {"change_logsource", read_change_logsource},
    {"command_placeholders", read_refused_placeholders},
    {"convert_type", read_convert_type},
    {"detection_item_failure", read_detection_item_failure},
    {"drop_detection_item", read_drop_detection_item},
    {"extract_fields", read_extract_fields},
    {"field_name_mapping", read_field_name_mapping},
    {"field_name_prefix", read_field_name_prefix},
    {"field_name_prefix_mapping", read_field_name_prefix_mapping},
    {"field_name_suffix", read_field_name_suffix},
    {"field_name_transform", read_field_name_transform},
    {"file_placeholders", read_refused_placeholders},
    {"hashes_fields", read_hashes_fields},
    {"http_placeholders", read_refused_placeholders},
    {"map_string", read_map_string},
    {"nest", read_nest},
    {"query_expression_placeholders", read_refused_placeholders},
    {"regex", read_regex},
    {"remove_field", read_field_list_change},
    {"replace_string", read_replace_string},
    {"rule_failure", read_rule_failure},
    {"set_custom_attribute", read_set_custom_attribute},
    {"set_field", read_field_list_change},
    {"set_state", read_set_state},
    {"set_value", read_set_value},
    {"strict_field_mapping_failure", read_strict_field_mapping_failure},
    {"value_placeholders", read_value_placeholders},
    {"wildcard_placeholders", read_wildcard_placeholders},
};

void note_applied(Detection& node, const std::string& id) {
  if (node.item) node.item->applied.insert(id);
  for (Detection& child : node.children) note_applied(child, id);
}

}  // namespace

TransformationReader find_transformation(std::string_view type) {
  for (const TableEntry& entry : table)
    if (entry.type == type) return entry.read;
  return nullptr;
}

bool DetectionItemTransformation::walk(Detection& node, RuleContext& context) const {
  for (Detection& child : node.children)
    if (!walk(child, context)) return false;
  if (!node.item || !context.item->selects_item(*node.item, context)) return true;
  Change change = apply_item(node, context);
  if (change == Change::changed && !context.item->id.empty()) note_applied(node, context.item->id);
  return change != Change::failed;
}

bool DetectionItemTransformation::apply(DetectionRule& rule, RuleContext& context) const {
  return std::all_of(rule.selections.begin(), rule.selections.end(),
                     [&](Selection& selection) { return walk(selection.detection, context); });
}

Change ValueTransformation::apply_item(Detection& node, RuleContext& context) const {
  DetectionItem& item = *node.item;
  std::vector<ItemValue> rewritten;
  bool changed = false;
  for (const ItemValue& value : item.values) {
    auto* pattern = std::get_if<TextPattern>(&value.value);
    Value given = pattern ? Value(written_pattern(item, *pattern)) : value.value;
    std::vector<Value> results;
    Change change = apply_value(given, value.mark, results, context);
    if (change == Change::failed) return change;
    if (change == Change::none) {
      rewritten.push_back(value);
      continue;
    }
    changed = true;
    for (Value& result : results) rewritten.push_back({as_item_value(item, std::move(result)), value.mark});
  }
  if (!changed) return Change::none;
  item.values = std::move(rewritten);
  return Change::changed;
}

Detection item_node(DetectionItem item) {
  Detection node;
  node.kind = Detection::Kind::item;
  node.item = std::move(item);
  return node;
}

Detection group_node(Detection::Kind kind, std::vector<Detection> children) {
  if (children.size() == 1) return std::move(children.front());
  Detection node;
  node.kind = kind;
  node.children = std::move(children);
  return node;
}

Detection alternatives(std::vector<Detection> children, bool negated) {
  return group_node(negated ? Detection::Kind::all_of : Detection::Kind::any_of, std::move(children));
}

Detection conjunction(std::vector<Detection> children, bool negated) {
  return group_node(negated ? Detection::Kind::any_of : Detection::Kind::all_of, std::move(children));
}

}  // namespace sigrun::sigma
