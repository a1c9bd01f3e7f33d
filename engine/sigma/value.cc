#include "sigma/value.h"

#include <fmt/format.h>

#include <algorithm>

namespace sigrun::sigma {

// Sigma's escapes: a backslash is literal unless it stands before `*`, `?` or another backslash. `\\` is one backslash
// whatever follows it, so that `\\*` is a backslash and a wildcard.
TextPattern TextPattern::parse(std::string_view written) {
  TextPattern pattern;
  std::string literal;
  auto flush = [&] {
    pattern.append({TextPart::Kind::literal, std::move(literal)});
    literal.clear();
  };
  for (size_t at = 0; at < written.size(); ++at) {
    char c = written[at];
    char next = at + 1 < written.size() ? written[at + 1] : '\0';
    if (c == '\\' && (next == '\\' || next == '*' || next == '?')) {
      literal += next;
      ++at;
    } else if (c == '*' || c == '?') {
      flush();
      pattern.append({c == '*' ? TextPart::Kind::any_run : TextPart::Kind::any_one, {}});
    } else {
      literal += c;
    }
  }
  flush();
  return pattern;
}

TextPattern TextPattern::literal(std::string_view text) {
  TextPattern pattern;
  pattern.append({TextPart::Kind::literal, std::string(text)});
  return pattern;
}

void TextPattern::append(TextPart part) {
  if (part.kind == TextPart::Kind::literal) {
    if (part.text.empty()) return;
    if (!parts.empty() && parts.back().kind == TextPart::Kind::literal) {
      parts.back().text += part.text;
      return;
    }
  }
  if (part.kind == TextPart::Kind::any_run && !parts.empty() && parts.back().kind == TextPart::Kind::any_run)
    return;
  parts.push_back(std::move(part));
}

void TextPattern::append(const TextPattern& other) {
  for (const TextPart& part : other.parts) append(part);
}

void TextPattern::add_run_in_front() {
  if (parts.empty() || parts.front().kind != TextPart::Kind::any_run)
    parts.insert(parts.begin(), {TextPart::Kind::any_run, {}});
}

void TextPattern::add_run_at_end() { append({TextPart::Kind::any_run, {}}); }

bool TextPattern::has_wildcard() const {
  return std::any_of(parts.begin(), parts.end(), [](const TextPart& part) {
    return part.kind == TextPart::Kind::any_run || part.kind == TextPart::Kind::any_one;
  });
}

bool TextPattern::has_placeholder() const {
  return std::any_of(parts.begin(), parts.end(),
                     [](const TextPart& part) { return part.kind == TextPart::Kind::placeholder; });
}

bool TextPattern::is_literal() const {
  return parts.empty() || (parts.size() == 1 && parts[0].kind == TextPart::Kind::literal);
}

std::string TextPattern::literal_text() const { return parts.empty() ? std::string() : parts[0].text; }

std::string TextPattern::to_sigma() const {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i) {
    const TextPart& part = parts[i];
    switch (part.kind) {
      case TextPart::Kind::any_run: out += '*'; break;
      case TextPart::Kind::any_one: out += '?'; break;
      case TextPart::Kind::any_dash: out += '-'; break;
      case TextPart::Kind::placeholder: out += '%' + part.text + '%'; break;
      case TextPart::Kind::literal:
        for (size_t at = 0; at < part.text.size(); ++at) {
          char c = part.text[at];
          bool last = at + 1 == part.text.size();
          char next = last ? '\0' : part.text[at + 1];
          // A lone backslash needs no escape unless what follows it would become one.
          bool wildcard_follows =
              last && i + 1 < parts.size() && parts[i + 1].kind != TextPart::Kind::literal;
          if (c == '*' || c == '?' ||
              (c == '\\' && (next == '*' || next == '?' || next == '\\' || wildcard_follows)))
            out += '\\';
          out += c;
        }
        break;
    }
  }
  return out;
}

std::string RegexPattern::to_re2() const {
  std::string flags;
  if (ignore_case) flags += 'i';
  if (multiline) flags += 'm';
  if (dot_all) flags += 's';
  std::string out = flags.empty() ? "(?:" : "(?" + flags + ":";
  // The pattern may hold comments of its own kind of flags, (?i)…: they end with the group.
  out += pattern;
  out += ')';
  if (anchor_start) out = "\\A" + out;
  if (anchor_end) out += "\\z";
  return out;
}

std::string_view order_name(Order order) {
  switch (order) {
    case Order::equal: return "eq";
    case Order::less: return "lt";
    case Order::less_equal: return "lte";
    case Order::greater: return "gt";
    case Order::greater_equal: return "gte";
  }
  return "eq";
}

std::string_view time_part_name(TimePart part) {
  switch (part) {
    case TimePart::minute: return "minute";
    case TimePart::hour: return "hour";
    case TimePart::day: return "day";
    case TimePart::week: return "week";
    case TimePart::month: return "month";
    case TimePart::year: return "year";
  }
  return "year";
}

std::string describe(const Value& value) {
  struct Describer {
    std::string operator()(const TextPattern& v) const { return v.to_sigma(); }
    std::string operator()(const AnyTextPattern& v) const {
      std::string out;
      for (const TextPattern& pattern : v.patterns) out += (out.empty() ? "" : " or ") + pattern.to_sigma();
      return out;
    }
    std::string operator()(const RegexPattern& v) const { return v.pattern; }
    std::string operator()(const NumberEquals& v) const { return v.written; }
    std::string operator()(const BoolEquals& v) const { return v.truth ? "true" : "false"; }
    std::string operator()(const IsNull&) const { return "null"; }
    std::string operator()(const Exists& v) const { return v.present ? "true" : "false"; }
    std::string operator()(const NumberCompare& v) const { return v.bound.canonical(); }
    std::string operator()(const TimePartCompare& v) const { return v.bound.canonical(); }
    std::string operator()(const CidrBlock& v) const { return v.written; }
    std::string operator()(const FieldReference& v) const { return v.field; }
  };
  return std::visit(Describer{}, value);
}

}  // namespace sigrun::sigma
