#include "sigma/pipeline/conditions/rule_condition.h"

#include <fmt/format.h>

#include <algorithm>

#include "sigma/pipeline/conditions/state_comparison.h"

namespace sigrun::sigma {
namespace {

bool any_item_of(const RuleContext& context, const std::function<bool(const DetectionItem&)>& test) {
  if (!context.rule.detection) return false;
  const auto& selections = context.rule.detection->selections;
  return std::any_of(selections.begin(), selections.end(),
                     [&](const Selection& selection) { return any_item(selection.detection, test); });
}

class LogSourceCondition : public RuleCondition {
 public:
  explicit LogSourceCondition(Parameters& parameters) {
    logsource_.category = parameters.optional_text("category").value_or("");
    logsource_.product = parameters.optional_text("product").value_or("");
    logsource_.service = parameters.optional_text("service").value_or("");
    if (logsource_ == LogSource{})
      parameters.error(parameters.mark(), "needs a category, a product or a service");
  }
  bool matches(RuleContext& context) const override {
    if (context.rule.detection) return logsource_.covers(context.rule.detection->logsource);
    return std::any_of(context.base_logsources.begin(), context.base_logsources.end(),
                       [&](const LogSource& base) { return logsource_.covers(base); });
  }

 private:
  LogSource logsource_;
};

class ContainsFieldCondition : public RuleCondition {
 public:
  explicit ContainsFieldCondition(Parameters& parameters) : field_(parameters.text("field")) {}
  bool matches(RuleContext& context) const override {
    return any_item_of(context,
                       [&](const DetectionItem& item) { return !item.keyword && item.field == field_; });
  }

 private:
  std::string field_;
};

class ContainsDetectionItemCondition : public RuleCondition {
 public:
  explicit ContainsDetectionItemCondition(Parameters& parameters)
      : field_(parameters.text("field")), scalar_(parameters.scalar("value")) {}
  bool matches(RuleContext& context) const override {
    Value wanted = scalar_.to_value();
    auto equal = [&](const ItemValue& value) {
      auto* number = std::get_if<NumberEquals>(&wanted);
      auto* other = std::get_if<NumberEquals>(&value.value);
      return number && other ? number->number == other->number : value.value == wanted;
    };
    return any_item_of(context, [&](const DetectionItem& item) {
      return !item.keyword && item.field == field_ &&
             std::any_of(item.values.begin(), item.values.end(), equal);
    });
  }

 private:
  std::string field_;
  Scalar scalar_;
};

class RuleItemAppliedCondition : public RuleCondition {
 public:
  explicit RuleItemAppliedCondition(Parameters& parameters) : id_(parameters.text("processing_item_id")) {}
  bool matches(RuleContext& context) const override { return context.applied.contains(id_); }

 private:
  std::string id_;
};

class RuleStateCondition : public RuleCondition {
 public:
  explicit RuleStateCondition(Parameters& parameters) : state_(StateComparison::read(parameters)) {}
  bool matches(RuleContext& context) const override { return state_.matches(context); }

 private:
  StateComparison state_;
};

class RuleKindCondition : public RuleCondition {
 public:
  explicit RuleKindCondition(bool correlation) : correlation_(correlation) {}
  bool matches(RuleContext& context) const override {
    return (context.rule.correlation != nullptr) == correlation_;
  }

 private:
  bool correlation_;
};

class TagCondition : public RuleCondition {
 public:
  explicit TagCondition(Parameters& parameters) : tag_(parameters.text("tag")) {
    if (!tag_.empty() && tag_.find('.') == tag_.npos)
      parameters.error(parameters.mark_of("tag"), "a tag is a namespace, a dot and a name: attack.t1059");
  }
  bool matches(RuleContext& context) const override {
    const auto& tags = context.rule.header().tags;
    return std::find(tags.begin(), tags.end(), tag_) != tags.end();
  }

 private:
  std::string tag_;
};

}  // namespace

bool any_item(const Detection& detection, const std::function<bool(const DetectionItem&)>& test) {
  if (detection.item && test(*detection.item)) return true;
  return std::any_of(detection.children.begin(), detection.children.end(),
                     [&](const Detection& child) { return any_item(child, test); });
}

std::shared_ptr<const RuleCondition> read_rule_condition(const std::string& type, Parameters& parameters) {
  if (type == "logsource") return std::make_shared<LogSourceCondition>(parameters);
  if (type == "contains_field") return std::make_shared<ContainsFieldCondition>(parameters);
  if (type == "contains_detection_item") return std::make_shared<ContainsDetectionItemCondition>(parameters);
  if (type == "processing_item_applied") return std::make_shared<RuleItemAppliedCondition>(parameters);
  if (type == "processing_state") return std::make_shared<RuleStateCondition>(parameters);
  if (type == "is_sigma_rule") return std::make_shared<RuleKindCondition>(false);
  if (type == "is_sigma_correlation_rule") return std::make_shared<RuleKindCondition>(true);
  if (type == "rule_attribute") return read_rule_attribute_condition(parameters);
  if (type == "tag") return std::make_shared<TagCondition>(parameters);
  return nullptr;
}

}  // namespace sigrun::sigma
