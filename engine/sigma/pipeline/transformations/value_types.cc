// convert_type and set_value: values of another type, values fixed by the pipeline.
#include <fmt/format.h>

#include "sigma/pipeline/plain_text.h"
#include "sigma/pipeline/transformations/transformation.h"
#include "support/decimal.h"

namespace sigrun::sigma {
namespace {

class ConvertType : public ValueTransformation {
 public:
  explicit ConvertType(bool to_number) : to_number_(to_number) {}

 protected:
  Change apply_value(const Value& value, Mark mark, std::vector<Value>& results,
                     RuleContext& context) const override {
    if (auto* number = std::get_if<NumberEquals>(&value); number && !to_number_) {
      results.push_back(TextPattern::literal(number->number.canonical()));
      return Change::changed;
    }
    auto* pattern = std::get_if<TextPattern>(&value);
    if (!pattern || !to_number_) return Change::none;
    std::string text = plain_text(*pattern);
    auto number = Decimal::from_plain(text);
    if (!number) {
      context.error(mark, fmt::format("a pipeline's convert_type wants a number here; '{}' is none", text));
      return Change::failed;
    }
    results.push_back(NumberEquals{*number, text});
    return Change::changed;
  }

 private:
  bool to_number_;
};

class SetValue : public ValueTransformation {
 public:
  explicit SetValue(Value value) : value_(std::move(value)) {}

 protected:
  Change apply_value(const Value&, Mark, std::vector<Value>& results, RuleContext&) const override {
    results.push_back(value_);
    return Change::changed;
  }

 private:
  Value value_;
};

}  // namespace

std::shared_ptr<const Transformation> read_convert_type(Parameters& parameters, const Limits&) {
  parameters.required_node("target_type");
  return std::make_shared<ConvertType>(parameters.choice("target_type", {"str", "num"}) == "num");
}

std::shared_ptr<const Transformation> read_set_value(Parameters& parameters, const Limits&) {
  Scalar value = parameters.scalar("value");
  if (parameters.has("force_type")) {
    bool number = parameters.choice("force_type", {"str", "num"}) == "num";
    if (value.kind == YamlKind::null)
      parameters.error(parameters.mark_of("force_type"), "works on text and numbers only");
    else if (number && !Decimal::from_plain(value.text))
      parameters.error(parameters.mark_of("value"), fmt::format("'{}' is no number", value.text));
    else
      value.kind = number ? YamlKind::number : YamlKind::text;
  }
  return std::make_shared<SetValue>(value.to_value());
}

}  // namespace sigrun::sigma
