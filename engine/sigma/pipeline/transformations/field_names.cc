#include "sigma/pipeline/transformations/field_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "sigma/pipeline/processing_item.h"

namespace sigrun::sigma {
namespace {

void note_mapping(const std::string& field, const std::vector<std::string>& names, RuleContext& context) {
  context.mapped_fields.insert(field);
  context.mapped_fields.insert(names.begin(), names.end());
  if (names.size() == 1 && names.front() == field) return;
  std::set<std::string> applied;
  if (auto found = context.field_applied.find(field); found != context.field_applied.end())
    applied = found->second;
  if (!context.item->id.empty()) applied.insert(context.item->id);
  context.field_applied.erase(field);
  for (const std::string& name : names) context.field_applied[name] = applied;
}

// Whether the item asks for something not to be there. A field of several names lacks it only if all of them do.
bool asks_for_absence(const DetectionItem& item) {
  bool absent_values = std::all_of(item.values.begin(), item.values.end(), [](const ItemValue& value) {
    auto* exists = std::get_if<Exists>(&value.value);
    return std::holds_alternative<IsNull>(value.value) || (exists && !exists->present);
  });
  return item.negated != absent_values;
}

}  // namespace

std::optional<FieldNameTransformation::Names> FieldNameTransformation::rename_selected(
    const std::string& field, RuleContext& context) const {
  if (!context.item->selects_field(field, context)) return {};
  auto names = rename(field);
  if (names) note_mapping(field, *names, context);
  return names;
}

bool FieldNameTransformation::rename_references(DetectionItem& item, RuleContext& context) const {
  bool changed = false;
  std::vector<ItemValue> values;
  for (const ItemValue& value : item.values) {
    auto* reference = std::get_if<FieldReference>(&value.value);
    auto names = reference ? rename_selected(reference->field, context) : std::nullopt;
    if (!names) {
      values.push_back(value);
      continue;
    }
    changed = true;
    for (const std::string& name : *names) {
      FieldReference renamed = *reference;
      renamed.field = name;
      renamed.literal_field = true;
      values.push_back({std::move(renamed), value.mark});
    }
  }
  if (changed) item.values = std::move(values);
  return changed;
}

Change FieldNameTransformation::apply_item(Detection& node, RuleContext& context) const {
  DetectionItem& item = *node.item;
  // Before the references: they decide on the item as the conditions saw it.
  bool own_selected = context.item->selects_item_field(item, context);
  bool changed = rename_references(item, context);
  auto names = own_selected
                   ? rename(item.keyword ? std::nullopt : std::optional<std::string_view>(item.field))
                   : std::nullopt;
  if (!names) return changed ? Change::changed : Change::none;
  note_mapping(item.field, *names, context);
  // A keyword's patterns already search within the text, which is what its field must keep doing.
  item.keyword = false;
  item.literal_field = true;
  std::vector<Detection> children;
  for (const std::string& name : *names) {
    DetectionItem renamed = item;
    renamed.field = name;
    children.push_back(item_node(std::move(renamed)));
  }
  bool absence = asks_for_absence(item);
  node = alternatives(std::move(children), absence);
  return Change::changed;
}

bool FieldNameTransformation::rename_single(std::string& field, std::string_view place,
                                            RuleContext& context) const {
  auto names = rename_selected(field, context);
  if (!names) return true;
  if (names->size() > 1) {
    context.error(
        fmt::format("a pipeline maps '{}', which this correlation uses {}, to {} fields; it must be one",
                    field, place, names->size()));
    return false;
  }
  field = names->front();
  return true;
}

bool FieldNameTransformation::apply(CorrelationRule& rule, RuleContext& context) const {
  for (auto& alias : rule.aliases)
    for (auto& [base, field] : alias.fields)
      if (!rename_single(field, "under aliases", context)) return false;
  auto is_alias = [&](const std::string& name) {
    return std::any_of(rule.aliases.begin(), rule.aliases.end(),
                       [&](const auto& alias) { return alias.name == name; });
  };
  std::vector<std::string> group_by;
  for (const std::string& field : rule.group_by) {
    auto names = is_alias(field) ? std::nullopt : rename_selected(field, context);
    if (names)
      group_by.insert(group_by.end(), names->begin(), names->end());
    else
      group_by.push_back(field);
  }
  rule.group_by = std::move(group_by);
  return std::all_of(rule.fields.begin(), rule.fields.end(), [&](std::string& field) {
    return rename_single(field, "as 'field' of its condition", context);
  });
}

}  // namespace sigrun::sigma
