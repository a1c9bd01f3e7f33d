#include "plan/rule_shape.h"

namespace sigrun {

uint32_t FieldNames::add(const std::string& name) {
  const auto [known, fresh] = numbers_.try_emplace(name, static_cast<uint32_t>(names_.size()));
  if (fresh) names_.push_back(&known->first);
  return known->second;
}

void take_shape(const sigma::Detection& detection, FieldNames& names, RuleShape& shape,
                std::vector<const sigma::Value*>& values) {
  RuleShape::Part part;
  part.kind = detection.kind;
  if (detection.kind != sigma::Detection::Kind::item) {
    part.size = static_cast<uint32_t>(detection.children.size());
    shape.parts.push_back(part);
    for (const sigma::Detection& child : detection.children) take_shape(child, names, shape, values);
    return;
  }
  const sigma::DetectionItem& item = *detection.item;
  part.keyword = item.keyword;
  part.literal_field = item.literal_field;
  part.match_all = item.match_all;
  part.negated = item.negated;
  part.size = static_cast<uint32_t>(item.values.size());
  part.name = names.add(item.field);
  shape.parts.push_back(part);
  for (const sigma::ItemValue& value : item.values) {
    values.push_back(&value.value);
    if (auto* reference = std::get_if<sigma::FieldReference>(&value.value))
      shape.references.push_back(*reference);
  }
}

}  // namespace sigrun
