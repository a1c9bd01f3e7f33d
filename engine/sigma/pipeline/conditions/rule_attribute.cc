// rule_attribute: compares an attribute of the rule with a value. Levels and statuses have an order, numbers too, texts
// are equal or not, tags are a list. An attribute that the rule does not have satisfies nothing.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sigma/pipeline/conditions/rule_condition.h"
#include "support/decimal.h"

namespace sigrun::sigma {
namespace {

// Attributes of a rule that are prose or dates; the rule model does not keep them.
constexpr std::array<std::string_view, 10> unkept = {"date",      "modified", "references", "falsepositives",
                                                     "fields",    "license",  "scope",      "related",
                                                     "logsource", "detection"};

class RuleAttributeCondition : public RuleCondition {
 public:
  explicit RuleAttributeCondition(Parameters& parameters)
      : attribute_(parameters.text("attribute")), value_(parameters.scalar("value")) {
    op_ = parameters.choice("op", {"eq", "ne", "gte", "gt", "lte", "lt", "in", "not_in"});
    if (std::find(unkept.begin(), unkept.end(), attribute_) != unkept.end())
      parameters.error(parameters.mark_of("attribute"),
                       fmt::format("the attribute '{}' is not kept when rules are loaded", attribute_));
    if (attribute_ == "level" && !parse_level(value_.text))
      parameters.error(parameters.mark_of("value"), fmt::format("unknown level '{}'", value_.text));
    if (attribute_ == "status" && !parse_status(value_.text))
      parameters.error(parameters.mark_of("value"), fmt::format("unknown status '{}'", value_.text));
    if (is_membership() && attribute_ != "tags")
      parameters.error(parameters.mark_of("op"),
                       fmt::format("'{}' works on lists; '{}' is none", op_, attribute_));
  }

  bool matches(RuleContext& context) const override {
    const RuleHeader& header = context.rule.header();
    if (attribute_ == "tags") return tags_match(header.tags);
    if (attribute_ == "level")
      return header.level != Level::none &&
             rank_matches(static_cast<int>(header.level), static_cast<int>(*parse_level(value_.text)));
    if (attribute_ == "status")
      return header.status != Status::none &&
             rank_matches(static_cast<int>(header.status), static_cast<int>(*parse_status(value_.text)));
    const std::string* text = text_attribute(header);
    if (text) return !text->empty() && text_matches(*text, context);
    for (const auto& [name, value] : header.custom)
      if (name == attribute_) return text_matches(value, context);
    return false;
  }

 private:
  bool is_membership() const { return op_ == "in" || op_ == "not_in"; }

  bool rank_matches(int rank, int wanted) const { return holds(*parse_comparison(op_), rank - wanted); }

  // A list never equals a single value and has no order.
  bool tags_match(const std::vector<std::string>& tags) const {
    bool member = std::find(tags.begin(), tags.end(), value_.text) != tags.end();
    return op_ == "in" ? member : op_ == "not_in" ? !member : op_ == "ne";
  }

  bool text_matches(const std::string& text, RuleContext& context) const {
    Comparison comparison = *parse_comparison(op_);
    auto number = Decimal::from_plain(text), wanted = Decimal::from_plain(value_.text);
    if (number && wanted)
      return compare({YamlKind::number, text}, comparison, {YamlKind::number, value_.text});
    if (comparison != Comparison::eq && comparison != Comparison::ne) {
      context.error(
          fmt::format("a pipeline compares the attribute '{}' of this rule by '{}', but '{}' and '{}' are "
                      "not both numbers",
                      attribute_, op_, text, value_.text));
      return false;
    }
    return holds(comparison, text.compare(value_.text));
  }

  const std::string* text_attribute(const RuleHeader& header) const {
    if (attribute_ == "title") return &header.title;
    if (attribute_ == "id") return &header.id;
    if (attribute_ == "name") return &header.name;
    if (attribute_ == "description") return &header.description;
    if (attribute_ == "author") return &header.author;
    if (attribute_ == "taxonomy") return &header.taxonomy;
    return nullptr;
  }

  std::string attribute_, op_;
  Scalar value_;
};

}  // namespace

std::shared_ptr<const RuleCondition> read_rule_attribute_condition(Parameters& parameters) {
  return std::make_shared<RuleAttributeCondition>(parameters);
}

}  // namespace sigrun::sigma
