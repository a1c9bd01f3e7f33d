// Conditions on one detection item: the values it asks for and what the pipeline did to it before. Immutable.
#pragma once

#include <memory>
#include <string>

#include "sigma/pipeline/parameters.h"
#include "sigma/pipeline/rule_context.h"

namespace sigrun::sigma {

class DetectionItemCondition {
 public:
  virtual ~DetectionItemCondition() = default;
  virtual bool matches(const DetectionItem& item, const RuleContext& context) const = 0;
};

// Null after a diagnostic, also for an unknown type.
std::shared_ptr<const DetectionItemCondition> read_detection_item_condition(const std::string& type,
                                                                            Parameters& parameters,
                                                                            const Limits& limits);

}  // namespace sigrun::sigma
