// regex: a text value becomes a regular expression that matches the same texts. `plain` makes it case-sensitive; the two
// other methods differ in pySigma by how they spell "ignore case" and are one here.
#include <fmt/format.h>
#include <re2/re2.h>

#include "sigma/pipeline/transformations/transformation.h"

namespace sigrun::sigma {
namespace {

class ToRegex : public ValueTransformation {
 public:
  explicit ToRegex(bool ignore_case) : ignore_case_(ignore_case) {}

 protected:
  Change apply_value(const Value& value, Mark mark, std::vector<Value>& results,
                     RuleContext& context) const override {
    auto* pattern = std::get_if<TextPattern>(&value);
    if (!pattern || pattern->parts.empty())
      return Change::none;  // '' stays: the empty text is no useful expression
    // A pattern matches the whole value and its wildcards match line breaks; an expression is searched for.
    RegexPattern regex;
    regex.ignore_case = ignore_case_;
    regex.dot_all = true;
    regex.anchor_start = regex.anchor_end = true;
    for (const TextPart& part : pattern->parts) {
      switch (part.kind) {
        case TextPart::Kind::literal: regex.pattern += RE2::QuoteMeta(part.text); break;
        case TextPart::Kind::any_run: regex.pattern += ".*"; break;
        case TextPart::Kind::any_one: regex.pattern += "."; break;
        case TextPart::Kind::any_dash: regex.pattern += "[-/–—―]"; break;
        case TextPart::Kind::placeholder:
          context.error(
              mark,
              fmt::format(
                  "a pipeline turns this value into a regular expression before the placeholder %{}% is "
                  "replaced; put value_placeholders before regex",
                  part.text));
          return Change::failed;
      }
    }
    results.push_back(std::move(regex));
    return Change::changed;
  }

 private:
  bool ignore_case_;
};

}  // namespace

std::shared_ptr<const Transformation> read_regex(Parameters& parameters, const Limits&) {
  return std::make_shared<ToRegex>(
      parameters.choice("method", {"ignore_case_brackets", "ignore_case_flag", "plain"}) != "plain");
}

}  // namespace sigrun::sigma
