// Conditions on a whole rule: its log source, attributes, tags, fields, and what the pipeline did to it before.
//
// Immutable; built by read_rule_condition. matches() may report a problem through the context (an attribute that cannot
// be compared as asked); the rule is then refused.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "sigma/pipeline/parameters.h"
#include "sigma/pipeline/rule_context.h"

namespace sigrun::sigma {

class RuleCondition {
 public:
  virtual ~RuleCondition() = default;
  virtual bool matches(RuleContext& context) const = 0;
};

// Takes the parameters of one condition. Null after a diagnostic, also for an unknown type.
std::shared_ptr<const RuleCondition> read_rule_condition(const std::string& type, Parameters& parameters);

// rule_attribute has a file of its own.
std::shared_ptr<const RuleCondition> read_rule_attribute_condition(Parameters& parameters);

// Whether any item of the rule satisfies `test`.
bool any_item(const Detection& detection, const std::function<bool(const DetectionItem&)>& test);

}  // namespace sigrun::sigma
