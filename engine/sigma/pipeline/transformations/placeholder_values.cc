// value_placeholders, wildcard_placeholders, and the sources of placeholders that are refused.
#include <fmt/format.h>

#include <algorithm>

#include "sigma/pipeline/transformations/transformation.h"

namespace sigrun::sigma {
namespace {

class PlaceholderTransformation : public DetectionItemTransformation {
 public:
  PlaceholderTransformation(Parameters& parameters, const Limits& limits)
      : include_(parameters.optional_texts("include")),
        exclude_(parameters.optional_texts("exclude")),
        limits_(limits) {
    if (include_ && exclude_)
      parameters.error(parameters.mark_of("exclude"), "'include' and 'exclude' exclude each other");
  }

 protected:
  virtual PlaceholderReplacement replacement_of(const std::string& name,
                                                const RuleContext& context) const = 0;

  Change apply_item(Detection& node, RuleContext& context) const override {
    auto lookup = [&](const std::string& name) {
      return is_handled(name) ? std::optional(replacement_of(name, context)) : std::nullopt;
    };
    std::string problem;
    Mark where;
    size_t grown = 0;
    PlaceholderOutcome outcome = replace_placeholders(*node.item, lookup, limits_, grown, problem, where);
    if (outcome == PlaceholderOutcome::failed) context.error(where, std::move(problem));
    return outcome == PlaceholderOutcome::failed     ? Change::failed
           : outcome == PlaceholderOutcome::replaced ? Change::changed
                                                     : Change::none;
  }

 private:
  bool is_handled(const std::string& name) const {
    if (include_) return std::find(include_->begin(), include_->end(), name) != include_->end();
    return !exclude_ || std::find(exclude_->begin(), exclude_->end(), name) == exclude_->end();
  }

  std::optional<std::vector<std::string>> include_, exclude_;
  Limits limits_;
};

class ValuePlaceholders : public PlaceholderTransformation {
 public:
  using PlaceholderTransformation::PlaceholderTransformation;

 protected:
  PlaceholderReplacement replacement_of(const std::string& name, const RuleContext& context) const override {
    auto found = context.vars.find(name);
    if (found != context.vars.end()) return {found->second, false, {}};
    return {
        {},
        false,
        fmt::format(
            "the placeholder %{}% has no value: add '{}' to the vars of the pipeline or give it with --vars",
            name, name)};
  }
};

class WildcardPlaceholders : public PlaceholderTransformation {
 public:
  using PlaceholderTransformation::PlaceholderTransformation;

 protected:
  PlaceholderReplacement replacement_of(const std::string&, const RuleContext&) const override {
    return {{}, true, {}};
  }
};

}  // namespace

std::shared_ptr<const Transformation> read_value_placeholders(Parameters& parameters, const Limits& limits) {
  return std::make_shared<ValuePlaceholders>(parameters, limits);
}

std::shared_ptr<const Transformation> read_wildcard_placeholders(Parameters& parameters,
                                                                 const Limits& limits) {
  return std::make_shared<WildcardPlaceholders>(parameters, limits);
}

std::shared_ptr<const Transformation> read_refused_placeholders(Parameters& parameters, const Limits&) {
  parameters.refuse(
      "is not supported: a pipeline may not run commands, read files or the network, or write queries; put "
      "the "
      "values into vars and use value_placeholders, or give them with --vars");
  return nullptr;
}

}  // namespace sigrun::sigma
