#include "sigma/pipeline/transformations/text_case.h"

#include <unordered_map>

#include "sigma/pipeline/transformations/transformation.h"
#include "support/utf8.h"

namespace sigrun::sigma {
namespace {

// Folded letter -> capital, built on first use. Two signs fold to a letter that they are not the capital of.
const std::unordered_map<char32_t, char32_t>& capitals() {
  static const std::unordered_map<char32_t, char32_t> table = [] {
    std::unordered_map<char32_t, char32_t> capital;
    constexpr char32_t micro_sign = 0xB5, greek_ypogegrammeni = 0x345;
    for (char32_t letter = 0; letter < 0x1F000; ++letter) {
      if (letter == micro_sign || letter == greek_ypogegrammeni) continue;
      if (char32_t folded = fold_code_point(letter); folded != letter) capital.emplace(folded, letter);
    }
    return capital;
  }();
  return table;
}

std::string to_upper(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    char32_t letter = next_code_point(text, at);
    // ß has a capital of its own only on paper, and folding maps that one to ß.
    auto found = letter == 0xDF ? capitals().end() : capitals().find(letter);
    append_code_point(found == capitals().end() ? letter : found->second, out);
  }
  return out;
}

class CaseTransformation : public ValueTransformation {
 public:
  explicit CaseTransformation(TextCase to) : to_(to) {}

 protected:
  Change apply_value(const Value& value, Mark, std::vector<Value>& results, RuleContext&) const override {
    auto* pattern = std::get_if<TextPattern>(&value);
    if (!pattern) return Change::none;
    TextPattern changed;
    changed.cased = pattern->cased;
    for (TextPart part : pattern->parts) {
      if (part.kind == TextPart::Kind::literal) part.text = change_case(part.text, to_);
      changed.append(std::move(part));
    }
    results.push_back(std::move(changed));
    return Change::changed;
  }

 private:
  TextCase to_;
};

}  // namespace

std::optional<TextCase> parse_text_case(std::string_view name) {
  if (name == "lower") return TextCase::lower;
  if (name == "upper") return TextCase::upper;
  if (name == "snake_case") return TextCase::snake_case;
  return {};
}

std::string change_case(std::string_view text, TextCase to) {
  if (to == TextCase::upper) return to_upper(text);
  if (to == TextCase::lower) return fold(text);
  std::string spaced;
  for (size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && text[at] >= 'A' && text[at] <= 'Z') spaced += '_';
    spaced += text[at];
  }
  return fold(spaced);
}

std::shared_ptr<const Transformation> read_case(Parameters& parameters, const Limits&) {
  std::string method = parameters.choice("method", {"lower", "upper", "snake_case"});
  return std::make_shared<CaseTransformation>(parse_text_case(method).value_or(TextCase::lower));
}

}  // namespace sigrun::sigma
