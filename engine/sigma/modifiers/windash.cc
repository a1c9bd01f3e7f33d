// windash: a dash or slash that introduces a command line option matches any of the five that Windows programs accept.
//
// An option sign stands where the regular expression \B[-/]\b holds: no word character before it, one behind it. A
// wildcard counts as no word character. One character class for each sign, not five copies of the pattern.
#include <re2/re2.h>

#include "sigma/modifiers/modifier.h"
#include "support/utf8.h"

namespace sigrun::sigma {
namespace {

bool is_dash(char32_t c) { return c == '-' || c == '/' || c == 0x2013 || c == 0x2014 || c == 0x2015; }

bool is_word_character(char32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  static const RE2 word("[\\pL\\pN]");
  std::string text;
  append_code_point(c, text);
  return RE2::FullMatch(text, word);
}

TextPattern open_dashes(const TextPattern& pattern) {
  TextPattern result;
  result.cased = pattern.cased;
  for (const TextPart& part : pattern.parts) {
    if (part.kind != TextPart::Kind::literal) {
      result.append(part);
      continue;
    }
    // Within a part the neighbours are its own characters; at its ends stands a wildcard or nothing.
    bool word_before = false;
    std::string_view text = part.text;
    for (size_t at = 0; at < text.size();) {
      size_t begin = at;
      char32_t c = next_code_point(text, at);
      size_t peek = at;
      bool word_behind = peek < text.size() && is_word_character(next_code_point(text, peek));
      if (is_dash(c) && !word_before && word_behind)
        result.append({TextPart::Kind::any_dash, {}});
      else
        result.append({TextPart::Kind::literal, std::string(text.substr(begin, at - begin))});
      word_before = is_word_character(c);
    }
  }
  return result;
}

}  // namespace

std::string apply_windash(const ModifierContext& context, Operand& operand) {
  if (context.encoded) return "must stand before base64 and base64offset";
  TextPattern* pattern = as_text(operand);
  if (!pattern) return "needs a text value";
  operand.value = open_dashes(*pattern);
  return {};
}

}  // namespace sigrun::sigma
