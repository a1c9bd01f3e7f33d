#include "sigma/pipeline/conditions/field_name_condition.h"

#include <algorithm>
#include <set>
#include <vector>

#include "sigma/pipeline/conditions/state_comparison.h"
#include "sigma/pipeline/python_regex.h"

namespace sigrun::sigma {
namespace {

// include_fields and exclude_fields.
class FieldListCondition : public FieldNameCondition {
 public:
  FieldListCondition(Parameters& parameters, bool include, const Limits& limits) : include_(include) {
    std::vector<std::string> fields = parameters.texts("fields");
    if (parameters.choice("mode", {"plain", "re"}) == "plain") {
      names_.insert(fields.begin(), fields.end());
      return;
    }
    for (const std::string& field : fields) {
      std::string problem;
      if (auto regex = PythonRegex::compile(field, limits, problem))
        patterns_.push_back(std::move(*regex));
      else
        parameters.error(parameters.mark_of("fields"), problem);
    }
  }
  bool matches_name(std::optional<std::string_view> name, const RuleContext&) const override {
    bool listed = name && (names_.contains(*name) ||
                           std::any_of(patterns_.begin(), patterns_.end(),
                                       [&](const PythonRegex& regex) { return regex.matches_start(*name); }));
    return listed == include_;
  }

 private:
  bool include_;
  std::set<std::string, std::less<>> names_;
  std::vector<PythonRegex> patterns_;
};

class FieldAppliedCondition : public FieldNameCondition {
 public:
  explicit FieldAppliedCondition(Parameters& parameters) : id_(parameters.text("processing_item_id")) {}
  bool matches_name(std::optional<std::string_view> name, const RuleContext& context) const override {
    if (!name) return false;
    auto found = context.field_applied.find(std::string(*name));
    return found != context.field_applied.end() && found->second.contains(id_);
  }
  // Items remember for themselves: two of them may have come to one name by different ways.
  bool matches_item_field(const DetectionItem& item, const RuleContext&) const override {
    return item.applied.contains(id_);
  }
  bool matches_item(const DetectionItem& item, const RuleContext&) const override {
    return item.applied.contains(id_);
  }

 private:
  std::string id_;
};

class FieldStateCondition : public FieldNameCondition {
 public:
  explicit FieldStateCondition(Parameters& parameters) : state_(StateComparison::read(parameters)) {}
  bool matches_name(std::optional<std::string_view>, const RuleContext& context) const override {
    return state_.matches(context);
  }

 private:
  StateComparison state_;
};

}  // namespace

bool FieldNameCondition::matches_item_field(const DetectionItem& item, const RuleContext& context) const {
  return matches_name(item.keyword ? std::nullopt : std::optional<std::string_view>(item.field), context);
}

bool FieldNameCondition::matches_item(const DetectionItem& item, const RuleContext& context) const {
  return matches_item_field(item, context) ||
         std::any_of(item.values.begin(), item.values.end(), [&](const ItemValue& value) {
           auto* reference = std::get_if<FieldReference>(&value.value);
           return reference && matches_name(reference->field, context);
         });
}

std::shared_ptr<const FieldNameCondition> read_field_name_condition(const std::string& type,
                                                                    Parameters& parameters,
                                                                    const Limits& limits) {
  if (type == "include_fields") return std::make_shared<FieldListCondition>(parameters, true, limits);
  if (type == "exclude_fields") return std::make_shared<FieldListCondition>(parameters, false, limits);
  if (type == "processing_item_applied") return std::make_shared<FieldAppliedCondition>(parameters);
  if (type == "processing_state") return std::make_shared<FieldStateCondition>(parameters);
  return nullptr;
}

}  // namespace sigrun::sigma
