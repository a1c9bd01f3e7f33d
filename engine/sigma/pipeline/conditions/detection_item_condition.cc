#include "sigma/pipeline/conditions/detection_item_condition.h"

#include <algorithm>

#include "sigma/pipeline/conditions/state_comparison.h"
#include "sigma/pipeline/plain_text.h"
#include "sigma/pipeline/python_regex.h"

namespace sigrun::sigma {
namespace {

// A test of each value; `cond` says whether any or all of them must hold.
class ValueCondition : public DetectionItemCondition {
 public:
  explicit ValueCondition(Parameters& parameters) {
    if (parameters.required_node("cond")) any_ = parameters.choice("cond", {"any", "all"}) == "any";
  }
  bool matches(const DetectionItem& item, const RuleContext&) const override {
    auto test = [&](const ItemValue& value) { return value_matches(item, value.value); };
    return any_ ? std::any_of(item.values.begin(), item.values.end(), test)
                : std::all_of(item.values.begin(), item.values.end(), test);
  }

 protected:
  virtual bool value_matches(const DetectionItem& item, const Value& value) const = 0;

 private:
  bool any_ = true;
};

class MatchStringCondition : public ValueCondition {
 public:
  MatchStringCondition(Parameters& parameters, const Limits& limits) : ValueCondition(parameters) {
    std::string pattern = parameters.text("pattern"), problem;
    negated_ = parameters.flag("negate", false);
    regex_ = PythonRegex::compile(pattern, limits, problem);
    if (!regex_) parameters.error(parameters.mark_of("pattern"), problem);
  }

 protected:
  bool value_matches(const DetectionItem& item, const Value& value) const override {
    auto* pattern = std::get_if<TextPattern>(&value);
    return (pattern && regex_->matches_start(plain_text(written_pattern(item, *pattern)))) != negated_;
  }

 private:
  std::optional<PythonRegex> regex_;
  bool negated_ = false;
};

class MatchValueCondition : public ValueCondition {
 public:
  explicit MatchValueCondition(Parameters& parameters)
      : ValueCondition(parameters), wanted_(parameters.scalar("value").to_value()) {}

 protected:
  bool value_matches(const DetectionItem& item, const Value& value) const override {
    auto* number = std::get_if<NumberEquals>(&wanted_);
    auto* other = std::get_if<NumberEquals>(&value);
    if (number && other) return number->number == other->number;
    auto* text = std::get_if<TextPattern>(&wanted_);
    auto* pattern = std::get_if<TextPattern>(&value);
    if (text && pattern) return written_pattern(item, *pattern).parts == text->parts;
    return value == wanted_;
  }

 private:
  Value wanted_;
};

class ContainsWildcardCondition : public ValueCondition {
 public:
  using ValueCondition::ValueCondition;

 protected:
  bool value_matches(const DetectionItem& item, const Value& value) const override {
    auto* pattern = std::get_if<TextPattern>(&value);
    return pattern && written_pattern(item, *pattern).has_wildcard();
  }
};

class IsNullCondition : public ValueCondition {
 public:
  using ValueCondition::ValueCondition;

 protected:
  bool value_matches(const DetectionItem&, const Value& value) const override {
    return std::holds_alternative<IsNull>(value);
  }
};

class ItemAppliedCondition : public DetectionItemCondition {
 public:
  explicit ItemAppliedCondition(Parameters& parameters) : id_(parameters.text("processing_item_id")) {}
  bool matches(const DetectionItem& item, const RuleContext&) const override {
    return item.applied.contains(id_);
  }

 private:
  std::string id_;
};

class ItemStateCondition : public DetectionItemCondition {
 public:
  explicit ItemStateCondition(Parameters& parameters) : state_(StateComparison::read(parameters)) {}
  bool matches(const DetectionItem&, const RuleContext& context) const override {
    return state_.matches(context);
  }

 private:
  StateComparison state_;
};

}  // namespace

std::shared_ptr<const DetectionItemCondition> read_detection_item_condition(const std::string& type,
                                                                            Parameters& parameters,
                                                                            const Limits& limits) {
  if (type == "match_string") return std::make_shared<MatchStringCondition>(parameters, limits);
  if (type == "match_value") return std::make_shared<MatchValueCondition>(parameters);
  if (type == "contains_wildcard") return std::make_shared<ContainsWildcardCondition>(parameters);
  if (type == "is_null") return std::make_shared<IsNullCondition>(parameters);
  if (type == "processing_item_applied") return std::make_shared<ItemAppliedCondition>(parameters);
  if (type == "processing_state") return std::make_shared<ItemStateCondition>(parameters);
  return nullptr;
}

}  // namespace sigrun::sigma
