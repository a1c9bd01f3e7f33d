// replace_string: replaces what an expression matches in text values.
//
// The expression sees the plain text of the whole value, in which `*` and `?` are wildcards and `\*` the character (see
// plain_text.h). That text cannot be parsed back as a whole: `C:\*` is a backslash and a wildcard in the pattern but an
// escaped star in the text. So only what the replacement wrote is parsed; what no match touched is taken over from the
// pattern, part by part. With skip_special the expression sees each literal part by itself.
#include <algorithm>

#include "sigma/pipeline/plain_text.h"
#include "sigma/pipeline/python_regex.h"
#include "sigma/pipeline/transformations/transformation.h"
#include "support/utf8.h"

namespace sigrun::sigma {
namespace {

// A character or special part of a pattern, and where it stands in the plain text.
struct Unit {
  size_t begin = 0, end = 0;
  TextPart part;
};

std::vector<Unit> take_apart(const TextPattern& pattern, std::string& plain) {
  std::vector<Unit> units;
  auto add = [&](TextPart part) {
    std::string text = plain_text(part);
    units.push_back({plain.size(), plain.size() + text.size(), std::move(part)});
    plain += text;
  };
  for (const TextPart& part : pattern.parts) {
    if (part.kind != TextPart::Kind::literal) {
      add(part);
      continue;
    }
    for (size_t at = 0; at < part.text.size();) {
      size_t length = utf8_length(static_cast<unsigned char>(part.text[at]));
      add({TextPart::Kind::literal, part.text.substr(at, length)});
      at += length;
    }
  }
  return units;
}

// Text in which a backslash is itself unless it stands before a wildcard.
TextPattern parse_plain(std::string_view plain) {
  std::string escaped;
  for (size_t at = 0; at < plain.size(); ++at) {
    bool escapes =
        plain[at] == '\\' && at + 1 < plain.size() && (plain[at + 1] == '*' || plain[at + 1] == '?');
    escaped += plain[at] == '\\' && !escapes ? "\\\\" : std::string(1, plain[at]);
  }
  return TextPattern::parse(escaped);
}

// Opens %name% in literal parts again: the replacement may have moved or renamed a placeholder.
TextPattern open_placeholders(const TextPattern& pattern) {
  TextPattern opened;
  for (const TextPart& part : pattern.parts) {
    size_t at = 0;
    while (part.kind == TextPart::Kind::literal) {
      size_t begin = part.text.find('%', at);
      size_t end = begin == std::string::npos ? begin : part.text.find('%', begin + 1);
      if (end == std::string::npos) break;
      if (end == begin + 1 || part.text.find('\\', begin) < end) {
        opened.append({TextPart::Kind::literal, part.text.substr(at, begin + 1 - at)});
        at = begin + 1;
        continue;
      }
      opened.append({TextPart::Kind::literal, part.text.substr(at, begin - at)});
      opened.append({TextPart::Kind::placeholder, part.text.substr(begin + 1, end - begin - 1)});
      at = end + 1;
    }
    opened.append(part.kind == TextPart::Kind::literal ? TextPart{part.kind, part.text.substr(at)} : part);
  }
  return opened;
}

class ReplaceString : public ValueTransformation {
 public:
  ReplaceString(Parameters& parameters, const Limits& limits)
      : skip_special_(parameters.flag("skip_special", false)),
        interpret_special_(parameters.flag("interpret_special", false)) {
    std::string problem, replacement = parameters.text("replacement");
    regex_ = PythonRegex::compile(parameters.text("regex"), limits, problem);
    if (!regex_) {
      parameters.error(parameters.mark_of("regex"), problem);
      return;
    }
    auto parsed = regex_->parse_replacement(replacement, problem);
    if (parsed)
      replacement_ = std::move(*parsed);
    else
      parameters.error(parameters.mark_of("replacement"), problem);
  }

 protected:
  Change apply_value(const Value& value, Mark, std::vector<Value>& results, RuleContext&) const override {
    TextPattern pattern;
    if (auto* text = std::get_if<TextPattern>(&value))
      pattern = *text;
    else if (auto* number = std::get_if<NumberEquals>(&value))
      pattern = TextPattern::literal(number->number.canonical());
    else
      return Change::none;
    TextPattern replaced = skip_special_ ? replace_parts(pattern) : replace_plain(pattern);
    if (replaced.parts == pattern.parts) return Change::none;  // a number that nothing matched stays a number
    replaced.cased = pattern.cased;
    results.push_back(std::move(replaced));
    return Change::changed;
  }

 private:
  TextPattern replace_parts(const TextPattern& pattern) const {
    TextPattern result;
    for (const TextPart& part : pattern.parts) {
      if (part.kind != TextPart::Kind::literal) {
        result.append(part);
        continue;
      }
      std::string text = regex_->replace_all(part.text, replacement_);
      if (interpret_special_)
        result.append(TextPattern::parse(text));
      else
        result.append({TextPart::Kind::literal, std::move(text)});
    }
    return result;
  }

  TextPattern replace_plain(const TextPattern& pattern) const {
    std::string plain;
    std::vector<Unit> units = take_apart(pattern, plain);
    std::vector<PythonRegex::Match> matches = regex_->find_all(plain);
    if (matches.empty()) return pattern;

    TextPattern result;
    std::string pending;  // replaced text that is still to be parsed
    auto flush = [&] {
      TextPattern parsed = parse_plain(pending);
      result.append(pattern.has_placeholder() ? open_placeholders(parsed) : parsed);
      pending.clear();
    };
    size_t next = 0;  // unit
    auto keep = [&](size_t begin, size_t end) {
      while (next < units.size() && units[next].end <= begin) ++next;
      for (; next < units.size() && units[next].begin < end; ++next) {
        const Unit& unit = units[next];
        if (unit.begin >= begin && unit.end <= end) {
          flush();
          result.append(unit.part);
        } else {  // a match cut through it: what is left is plain text
          size_t from = std::max(unit.begin, begin);
          pending += plain.substr(from, std::min(unit.end, end) - from);
          if (unit.end > end) break;
        }
      }
    };
    size_t at = 0;
    for (const PythonRegex::Match& match : matches) {
      keep(at, match.begin);
      pending += replacement_.expand(match);
      at = match.end;
    }
    keep(at, plain.size());
    flush();
    return result;
  }

  std::optional<PythonRegex> regex_;
  PythonRegex::Replacement replacement_;
  bool skip_special_, interpret_special_;
};

}  // namespace

std::shared_ptr<const Transformation> read_replace_string(Parameters& parameters, const Limits& limits) {
  return std::make_shared<ReplaceString>(parameters, limits);
}

}  // namespace sigrun::sigma
