// extract_fields: the named groups of an expression become fields. Each value that it matches turns into one item per
// group, all of which must hold.
#include <algorithm>

#include "sigma/pipeline/plain_text.h"
#include "sigma/pipeline/python_regex.h"
#include "sigma/pipeline/transformations/transformation.h"
#include "support/decimal.h"
#include "support/utf8.h"

namespace sigrun::sigma {
namespace {

// Numbers become numbers unless a leading zero would be lost.
Value typed(const std::string& text) {
  std::string lower = fold(text);
  if (lower == "null" || lower == "none") return IsNull{};
  bool leading_zero = text.size() > 1 && text[0] == '0';
  if (auto number = Decimal::from_plain(text); number && !leading_zero) return NumberEquals{*number, text};
  return TextPattern::parse(text);
}

class ExtractFields : public DetectionItemTransformation {
 public:
  ExtractFields(Parameters& parameters, const Limits& limits)
      : prefix_(parameters.optional_text("field_prefix").value_or("")),
        keep_unmatched_(parameters.flag("preserve_unmatched", false)) {
    std::string problem;
    regex_ = PythonRegex::compile(parameters.text("regex"), limits, problem);
    if (regex_ && !regex_->has_named_groups())
      problem = "the expression needs at least one named group: (?P<name>…)";
    if (!problem.empty()) parameters.error(parameters.mark_of("regex"), problem);
  }

 protected:
  Change apply_item(Detection& node, RuleContext&) const override {
    const DetectionItem& item = *node.item;
    auto is_text = [](const ItemValue& value) { return std::holds_alternative<TextPattern>(value.value); };
    if (!std::all_of(item.values.begin(), item.values.end(), is_text)) return Change::none;

    std::vector<Detection> children;
    for (const ItemValue& value : item.values) {
      auto groups = regex_->named_groups_at_start(
          plain_text(written_pattern(item, std::get<TextPattern>(value.value))));
      if (!groups) {
        if (keep_unmatched_) children.push_back(item_node(with_value(item, value.value, value.mark)));
        continue;
      }
      std::vector<Detection> fields;
      for (auto& [name, text] : *groups) {
        if (text.empty()) continue;
        DetectionItem field = with_value(item, typed(text), value.mark);
        if (auto* pattern = std::get_if<TextPattern>(&field.values.front().value))
          pattern->cased = std::get<TextPattern>(value.value).cased;
        field.field = prefix_.empty() ? name : prefix_ + '.' + name;
        field.keyword = false;
        field.literal_field = true;
        field.modifiers.clear();
        fields.push_back(item_node(std::move(field)));
      }
      if (!fields.empty()) children.push_back(conjunction(std::move(fields), item.negated));
    }
    if (children.empty()) return Change::none;
    bool all = item.match_all, negated = item.negated;
    node = all ? conjunction(std::move(children), negated) : alternatives(std::move(children), negated);
    return Change::changed;
  }

 private:
  static DetectionItem with_value(const DetectionItem& from, Value value, Mark mark) {
    DetectionItem item = from;
    item.match_all = false;
    item.values.assign(1, {std::move(value), mark});
    return item;
  }

  std::string prefix_;
  bool keep_unmatched_;
  std::optional<PythonRegex> regex_;
};

}  // namespace

std::shared_ptr<const Transformation> read_extract_fields(Parameters& parameters, const Limits& limits) {
  return std::make_shared<ExtractFields>(parameters, limits);
}

}  // namespace sigrun::sigma
