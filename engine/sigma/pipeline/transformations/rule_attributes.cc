// change_logsource, set_custom_attribute, set_state, and the changes of the `fields` list: what concerns a rule as a
// whole and not its detection.
#include <fmt/format.h>

#include <algorithm>

#include "sigma/pipeline/transformations/transformation.h"

namespace sigrun::sigma {
namespace {

class ChangeLogSource : public Transformation {
 public:
  using Transformation::apply;
  explicit ChangeLogSource(Parameters& parameters) {
    logsource_.category = parameters.optional_text("category").value_or("");
    logsource_.product = parameters.optional_text("product").value_or("");
    logsource_.service = parameters.optional_text("service").value_or("");
    if (logsource_ == LogSource{})
      parameters.error(parameters.mark(), "needs a category, a product or a service");
  }
  // Replaces the whole log source: attributes that are not given are unset.
  bool apply(DetectionRule& rule, RuleContext&) const override {
    Mark mark = rule.logsource.mark;
    rule.logsource = logsource_;
    rule.logsource.mark = mark;
    return true;
  }

 private:
  LogSource logsource_;
};

class SetCustomAttribute : public Transformation {
 public:
  explicit SetCustomAttribute(Parameters& parameters)
      : attribute_(parameters.text("attribute")), value_(parameters.scalar("value").text) {}
  bool apply(DetectionRule& rule, RuleContext&) const override { return set(rule.header); }
  bool apply(CorrelationRule& rule, RuleContext&) const override { return set(rule.header); }

 private:
  bool set(RuleHeader& header) const {
    auto found = std::find_if(header.custom.begin(), header.custom.end(),
                              [&](const auto& entry) { return entry.first == attribute_; });
    if (found == header.custom.end())
      header.custom.emplace_back(attribute_, value_);
    else
      found->second = value_;
    return true;
  }

  std::string attribute_, value_;
};

class SetState : public Transformation {
 public:
  explicit SetState(Parameters& parameters)
      : key_(parameters.text("key")), value_(parameters.scalar("val")) {}
  bool apply(DetectionRule&, RuleContext& context) const override { return set(context); }
  bool apply(CorrelationRule&, RuleContext& context) const override { return set(context); }

 private:
  bool set(RuleContext& context) const {
    context.state[key_] = value_;
    return true;
  }

  std::string key_;
  Scalar value_;
};

// The `fields` list names what a person should look at; it takes no part in matching, so there is nothing to change. The
// item still counts as applied.
class FieldListChange : public Transformation {
 public:
  using Transformation::apply;
  bool apply(DetectionRule&, RuleContext&) const override { return true; }
};

}  // namespace

std::shared_ptr<const Transformation> read_change_logsource(Parameters& parameters, const Limits&) {
  return std::make_shared<ChangeLogSource>(parameters);
}

std::shared_ptr<const Transformation> read_set_custom_attribute(Parameters& parameters, const Limits&) {
  return std::make_shared<SetCustomAttribute>(parameters);
}

std::shared_ptr<const Transformation> read_set_state(Parameters& parameters, const Limits&) {
  return std::make_shared<SetState>(parameters);
}

std::shared_ptr<const Transformation> read_field_list_change(Parameters& parameters, const Limits&) {
  const char* key = parameters.has("fields") ? "fields" : "field";
  const YamlNode* fields = parameters.required_node(key);
  if (fields && fields->is_map())
    parameters.error(fields->mark, fmt::format("'{}' must be text or a list of texts", key));
  parameters.sink().warning(parameters.mark(),
                            "the `fields` list of a rule takes no part in matching: no effect");
  return std::make_shared<FieldListChange>();
}

}  // namespace sigrun::sigma
