// expand: %name% in the value is a placeholder, \% is a percent sign.
#include "sigma/modifiers/modifier.h"

namespace sigrun::sigma {
namespace {

// A percent sign that begins no name is one: "100% of %Admins%" has one placeholder.
constexpr std::string_view name_characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";

TextPattern open_placeholders(const TextPattern& pattern) {
  TextPattern result;
  result.cased = pattern.cased;
  for (const TextPart& part : pattern.parts) {
    if (part.kind != TextPart::Kind::literal) {
      result.append(part);
      continue;
    }
    const std::string& text = part.text;
    std::string literal;
    for (size_t at = 0; at < text.size(); ++at) {
      if (text.compare(at, 2, "\\%") == 0) {
        literal += '%';
        ++at;
        continue;
      }
      size_t end = text[at] == '%' ? text.find_first_not_of(name_characters, at + 1) : std::string::npos;
      if (end == std::string::npos || end == at + 1 || text[end] != '%') {
        literal += text[at];
        continue;
      }
      result.append({TextPart::Kind::literal, std::move(literal)});
      literal.clear();
      result.append({TextPart::Kind::placeholder, text.substr(at + 1, end - at - 1)});
      at = end;
    }
    result.append({TextPart::Kind::literal, std::move(literal)});
  }
  return result;
}

}  // namespace

std::string apply_expand(const ModifierContext& context, Operand& operand) {
  if (auto* regex = std::get_if<RegexPattern>(&operand.value)) {
    regex->expand = true;
    return {};
  }
  if (context.encoded) return "must stand before base64 and base64offset";
  TextPattern* pattern = as_text(operand);
  if (!pattern) return "needs a text value";
  operand.value = open_placeholders(*pattern);
  return {};
}

}  // namespace sigrun::sigma
