// rule_failure, detection_item_failure, strict_field_mapping_failure: a pipeline refuses rules that it cannot serve.
#include <fmt/format.h>

#include <set>

#include "sigma/pipeline/conditions/rule_condition.h"
#include "sigma/pipeline/transformations/transformation.h"

namespace sigrun::sigma {
namespace {

class RuleFailure : public Transformation {
 public:
  explicit RuleFailure(std::string message) : message_(std::move(message)) {}
  bool apply(DetectionRule&, RuleContext& context) const override { return fail(context); }
  bool apply(CorrelationRule&, RuleContext& context) const override { return fail(context); }

 private:
  bool fail(RuleContext& context) const {
    context.error(fmt::format("refused by a pipeline: {}", message_));
    return false;
  }

  std::string message_;
};

class DetectionItemFailure : public DetectionItemTransformation {
 public:
  explicit DetectionItemFailure(std::string message) : message_(std::move(message)) {}

 protected:
  Change apply_item(Detection& node, RuleContext& context) const override {
    context.error(node.item->mark, fmt::format("refused by a pipeline: {}", message_));
    return Change::failed;
  }

 private:
  std::string message_;
};

// Every field must have gone through a mapping of this or an earlier pipeline.
class StrictFieldMappingFailure : public Transformation {
 public:
  using Transformation::apply;
  bool apply(DetectionRule& rule, RuleContext& context) const override {
    std::set<std::string> unmapped;
    auto collect = [&](const DetectionItem& item) {
      if (!item.keyword && !context.mapped_fields.contains(item.field)) unmapped.insert(item.field);
      return false;
    };
    for (const Selection& selection : rule.selections) any_item(selection.detection, collect);
    if (unmapped.empty()) return true;
    context.error(
        fmt::format("the pipelines map all fields or none, and do not map {}", fmt::join(unmapped, ", ")));
    return false;
  }
};

}  // namespace

std::shared_ptr<const Transformation> read_rule_failure(Parameters& parameters, const Limits&) {
  return std::make_shared<RuleFailure>(parameters.text("message"));
}

std::shared_ptr<const Transformation> read_detection_item_failure(Parameters& parameters, const Limits&) {
  return std::make_shared<DetectionItemFailure>(parameters.text("message"));
}

std::shared_ptr<const Transformation> read_strict_field_mapping_failure(Parameters&, const Limits&) {
  return std::make_shared<StrictFieldMappingFailure>();
}

}  // namespace sigrun::sigma
