#include "sigma/pipeline/plain_text.h"

namespace sigrun::sigma {

std::string plain_text(const TextPart& part) {
  switch (part.kind) {
    case TextPart::Kind::any_run: return "*";
    case TextPart::Kind::any_one: return "?";
    case TextPart::Kind::any_dash: return "-";
    case TextPart::Kind::placeholder: return '%' + part.text + '%';
    case TextPart::Kind::literal: break;
  }
  std::string text;
  for (char c : part.text) {
    if (c == '*' || c == '?') text += '\\';
    text += c;
  }
  return text;
}

std::string plain_text(const TextPattern& pattern) {
  std::string text;
  for (const TextPart& part : pattern.parts) text += plain_text(part);
  return text;
}

TextPattern written_pattern(const DetectionItem& item, const TextPattern& pattern) {
  auto is_run = [](const TextPart& part) { return part.kind == TextPart::Kind::any_run; };
  if (!item.keyword || pattern.parts.size() < 2 || !is_run(pattern.parts.front()) ||
      !is_run(pattern.parts.back()))
    return pattern;
  TextPattern inner;
  inner.cased = pattern.cased;
  inner.parts.assign(pattern.parts.begin() + 1, pattern.parts.end() - 1);
  return inner;
}

Value as_item_value(const DetectionItem& item, Value value) {
  if (!item.keyword) return value;
  // Keywords search text: a number or truth value is looked for as it is written.
  if (auto* number = std::get_if<NumberEquals>(&value)) value = TextPattern::literal(number->written);
  if (auto* truth = std::get_if<BoolEquals>(&value))
    value = TextPattern::literal(truth->truth ? "true" : "false");
  if (auto* pattern = std::get_if<TextPattern>(&value)) {
    pattern->add_run_in_front();
    pattern->add_run_at_end();
  }
  return value;
}

}  // namespace sigrun::sigma
