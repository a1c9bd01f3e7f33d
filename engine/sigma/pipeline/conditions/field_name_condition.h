// Conditions on a field name: that of a detection item, of a field reference, of a correlation's group. Immutable.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sigma/pipeline/parameters.h"
#include "sigma/pipeline/rule_context.h"

namespace sigrun::sigma {

class FieldNameCondition {
 public:
  virtual ~FieldNameCondition() = default;
  // No name: a keyword.
  virtual bool matches_name(std::optional<std::string_view> name, const RuleContext& context) const = 0;
  // The item's own field.
  virtual bool matches_item_field(const DetectionItem& item, const RuleContext& context) const;
  // The item's own field or one that its values refer to.
  virtual bool matches_item(const DetectionItem& item, const RuleContext& context) const;
};

// Null after a diagnostic, also for an unknown type.
std::shared_ptr<const FieldNameCondition> read_field_name_condition(const std::string& type,
                                                                    Parameters& parameters,
                                                                    const Limits& limits);

}  // namespace sigrun::sigma
