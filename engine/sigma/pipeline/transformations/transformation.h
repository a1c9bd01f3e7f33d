// What a processing item does to a rule, and the walks that the families of transformations share.
//
// Immutable; apply() returns false after reporting a problem through the context, and the rule is then refused, half
// rewritten. A transformation that concerns detections leaves correlations alone unless it says otherwise.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "sigma/pipeline/parameters.h"
#include "sigma/pipeline/rule_context.h"
#include "sigma/rule.h"
#include "support/limits.h"

namespace sigrun::sigma {

class Transformation {
 public:
  virtual ~Transformation() = default;
  virtual bool apply(DetectionRule& rule, RuleContext& context) const = 0;
  virtual bool apply(CorrelationRule&, RuleContext&) const { return true; }
};

enum class Change : uint8_t { none, changed, failed };

// Visits every detection item that the conditions select. The visited node holds an item and may be replaced by a tree.
class DetectionItemTransformation : public Transformation {
 public:
  using Transformation::apply;
  bool apply(DetectionRule& rule, RuleContext& context) const override;

 protected:
  // On `changed` the base class notes the processing item on every item of `node`.
  virtual Change apply_item(Detection& node, RuleContext& context) const = 0;

 private:
  bool walk(Detection& node, RuleContext& context) const;
};

// Rewrites each value of the selected items.
class ValueTransformation : public DetectionItemTransformation {
 protected:
  Change apply_item(Detection& node, RuleContext& context) const override;

  // On `changed`, `results` holds what stands instead of `value`. Keywords come without the wildcards of a keyword and
  // get them back.
  virtual Change apply_value(const Value& value, Mark mark, std::vector<Value>& results,
                             RuleContext& context) const = 0;
};

// Trees of items, for transformations that replace one.
Detection item_node(DetectionItem item);
Detection group_node(Detection::Kind kind, std::vector<Detection> children);
// Alternatives, turned round when the items in `children` are negated: not (a or b) is (not a) and (not b).
Detection alternatives(std::vector<Detection> children, bool negated);
Detection conjunction(std::vector<Detection> children, bool negated);

// Null for an unknown type. The reader takes the parameters and reports what is wrong with them.
using TransformationReader = std::shared_ptr<const Transformation> (*)(Parameters& parameters,
                                                                       const Limits& limits);
TransformationReader find_transformation(std::string_view type);

// The readers of each family, one file each.
std::shared_ptr<const Transformation> read_field_name_mapping(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_field_name_prefix_mapping(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_field_name_prefix(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_field_name_suffix(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_field_name_transform(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_drop_detection_item(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_hashes_fields(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_extract_fields(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_change_logsource(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_set_custom_attribute(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_set_state(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_add_condition(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_value_placeholders(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_wildcard_placeholders(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_refused_placeholders(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_replace_string(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_map_string(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_case(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_regex(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_convert_type(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_set_value(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_rule_failure(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_detection_item_failure(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_strict_field_mapping_failure(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_nest(Parameters&, const Limits&);
std::shared_ptr<const Transformation> read_field_list_change(Parameters&, const Limits&);

}  // namespace sigrun::sigma
