#include "sigma/placeholders.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "sigma/yaml.h"

namespace sigrun::sigma {
namespace {

// A regular expression with %name% taken apart, so that both kinds of values expand alike.
TextPattern split_regex(const std::string& pattern) {
  TextPattern split;
  std::string literal;
  for (size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) {
      literal.append(pattern, at, 2);  // \% is a percent sign for RE2 too
      ++at;
      continue;
    }
    size_t end = pattern[at] == '%' ? pattern.find('%', at + 1) : std::string::npos;
    bool name = end != std::string::npos && end > at + 1 && pattern.find('\\', at) > end;
    if (!name) {
      literal += pattern[at];
      continue;
    }
    split.append({TextPart::Kind::literal, std::move(literal)});
    literal.clear();
    split.append({TextPart::Kind::placeholder, pattern.substr(at + 1, end - at - 1)});
    at = end;
  }
  split.append({TextPart::Kind::literal, std::move(literal)});
  return split;
}

// What a compiled regular expression takes at least, beside its text.
constexpr size_t regex_overhead = 1'024;

size_t memory_of(const TextPattern& pattern) {
  size_t size = sizeof(ItemValue) + pattern.parts.size() * sizeof(TextPart);
  for (const TextPart& part : pattern.parts) size += part.text.size();
  return size;
}

class Expander {
 public:
  Expander(const PlaceholderLookup& lookup, const Limits& limits, size_t& grown)
      : lookup_(lookup), limits_(limits), grown_(grown) {}

  // All combinations of the replacements of `pattern`. Empty with `problem` set when that cannot be.
  std::optional<std::vector<TextPattern>> expand(const TextPattern& pattern, bool regex) {
    std::vector<TextPattern> results(1);
    results[0].cased = pattern.cased;
    size_t memory = memory_of(results[0]);  // of all results
    for (const TextPart& part : pattern.parts) {
      std::vector<TextPattern> choices = choices_of(part, regex);
      if (!problem.empty()) return {};
      if (results.size() * choices.size() > limits_.placeholder_values) {
        problem = fmt::format("the placeholders give more than {} values", limits_.placeholder_values);
        return {};
      }
      size_t added = 0;
      for (const TextPattern& choice : choices) added += memory_of(choice);
      memory = memory * choices.size() + added * results.size();
      if (grown_ + memory > limits_.placeholder_bytes) {
        problem = fmt::format("the placeholders of this rule grow it by more than {} bytes",
                              limits_.placeholder_bytes);
        return {};
      }
      if (choices.size() == 1) {  // grown in place: a copy for each part of a long pattern would be quadratic
        for (TextPattern& result : results) result.append(choices[0]);
        continue;
      }
      std::vector<TextPattern> longer;
      longer.reserve(results.size() * choices.size());
      for (const TextPattern& result : results) {
        for (const TextPattern& choice : choices) {
          longer.push_back(result);
          longer.back().append(choice);
        }
      }
      results = std::move(longer);
    }
    grown_ += memory + (regex ? results.size() * regex_overhead : 0);
    return results;
  }

  bool touched = false;
  std::string problem;

 private:
  std::vector<TextPattern> choices_of(const TextPart& part, bool regex) {
    TextPattern itself;
    itself.append(part);
    if (part.kind != TextPart::Kind::placeholder) return {itself};
    auto replacement = lookup_(part.text);
    if (!replacement) return {itself};
    touched = true;
    if (problem.empty()) problem = replacement->problem;
    if (replacement->anything) {
      TextPattern any;
      any.append(regex ? TextPart{TextPart::Kind::literal, ".*"} : TextPart{TextPart::Kind::any_run, {}});
      return {any};
    }
    std::vector<TextPattern> choices;
    for (const std::string& value : replacement->values)
      choices.push_back(regex ? TextPattern::literal(value) : TextPattern::parse(value));
    return choices;
  }

  const PlaceholderLookup& lookup_;
  const Limits& limits_;
  size_t& grown_;
};

std::string join(const TextPattern& split) {
  std::string text;
  for (const TextPart& part : split.parts)
    text += part.kind == TextPart::Kind::placeholder ? '%' + part.text + '%' : part.text;
  return text;
}

std::string check_regex(const RegexPattern& regex, const Limits& limits) {
  if (regex.pattern.size() > limits.regex_bytes)
    return fmt::format(
        "with its placeholders replaced the regular expression has {} bytes; at most {} are taken",
        regex.pattern.size(), limits.regex_bytes);
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(limits.regex_memory);
  RE2 compiled(regex.to_re2(), options);
  if (compiled.ok()) return {};
  return fmt::format("with its placeholders replaced the regular expression does not compile: {}",
                     compiled.error());
}

// Placeholder names that a value holds.
std::vector<std::string> names_in(const Value& value) {
  std::vector<std::string> names;
  auto collect = [&](const TextPattern& pattern) {
    for (const TextPart& part : pattern.parts)
      if (part.kind == TextPart::Kind::placeholder) names.push_back(part.text);
  };
  if (auto* text = std::get_if<TextPattern>(&value)) collect(*text);
  if (auto* any = std::get_if<AnyTextPattern>(&value))
    std::for_each(any->patterns.begin(), any->patterns.end(), collect);
  if (auto* regex = std::get_if<RegexPattern>(&value); regex && regex->expand)
    collect(split_regex(regex->pattern));
  return names;
}

// The values that `value` becomes; under `all` they stay one value with alternatives.
std::optional<std::vector<Value>> expand_value(const Value& value, bool match_all, const Limits& limits,
                                               Expander& expander) {
  std::vector<TextPattern> patterns;
  if (auto* text = std::get_if<TextPattern>(&value)) {
    auto expanded = expander.expand(*text, false);
    if (!expanded) return {};
    patterns = std::move(*expanded);
  } else if (auto* any = std::get_if<AnyTextPattern>(&value)) {
    AnyTextPattern longer;
    for (const TextPattern& pattern : any->patterns) {
      auto expanded = expander.expand(pattern, false);
      if (!expanded) return {};
      longer.patterns.insert(longer.patterns.end(), expanded->begin(), expanded->end());
    }
    return std::vector<Value>{std::move(longer)};
  } else if (auto* regex = std::get_if<RegexPattern>(&value)) {
    auto expanded = expander.expand(split_regex(regex->pattern), true);
    if (!expanded) return {};
    std::vector<Value> results;
    std::string alternatives;
    for (const TextPattern& pattern : *expanded) {
      RegexPattern replaced = *regex;
      replaced.pattern = join(pattern);
      replaced.expand = pattern.has_placeholder();
      // What is still to be replaced is checked when it is.
      if (!replaced.expand) expander.problem = check_regex(replaced, limits);
      if (!expander.problem.empty()) return {};
      alternatives += (alternatives.empty() ? "(?:" : "|(?:") + replaced.pattern + ')';
      results.push_back(std::move(replaced));
    }
    if (match_all && results.size() > 1) {
      RegexPattern joined = std::get<RegexPattern>(results.front());
      joined.pattern = std::move(alternatives);
      if (!joined.expand) expander.problem = check_regex(joined, limits);
      if (!expander.problem.empty()) return {};
      return std::vector<Value>{std::move(joined)};
    }
    return results;
  }
  if (match_all && patterns.size() > 1) return std::vector<Value>{AnyTextPattern{std::move(patterns)}};
  return std::vector<Value>(patterns.begin(), patterns.end());
}

bool resolve_in(Detection& detection, const std::string& file, const PlaceholderValues& values,
                const Limits& limits, size_t& grown, DiagnosticSink& sink) {
  bool good = true;
  for (Detection& child : detection.children)
    good = resolve_in(child, file, values, limits, grown, sink) && good;
  if (!detection.item) return good;

  for (const ItemValue& value : detection.item->values) {
    for (const std::string& name : names_in(value.value)) {
      if (values.contains(name)) continue;
      sink.append({Severity::error, file, value.mark,
                   fmt::format("the placeholder %{}% has no value: give it one with --vars", name)});
      good = false;
    }
  }
  if (!good) return false;
  auto lookup = [&](const std::string& name) {
    return std::optional(PlaceholderReplacement{values.at(name), false, {}});
  };
  std::string problem;
  Mark where;
  if (replace_placeholders(*detection.item, lookup, limits, grown, problem, where) ==
      PlaceholderOutcome::failed) {
    sink.append({Severity::error, file, where, std::move(problem)});
    return false;
  }
  // Nothing is left to expand, also where there never was a placeholder.
  for (ItemValue& value : detection.item->values)
    if (auto* regex = std::get_if<RegexPattern>(&value.value)) regex->expand = false;
  return true;
}

}  // namespace

PlaceholderOutcome replace_placeholders(DetectionItem& item, const PlaceholderLookup& lookup,
                                        const Limits& limits, size_t& grown, std::string& problem,
                                        Mark& where) {
  auto has_names = [](const ItemValue& value) { return !names_in(value.value).empty(); };
  if (std::none_of(item.values.begin(), item.values.end(), has_names)) return PlaceholderOutcome::unchanged;
  std::vector<ItemValue> results;
  bool changed = false;
  for (const ItemValue& value : item.values) {
    if (!has_names(value)) {
      results.push_back(value);
      continue;
    }
    Expander expander(lookup, limits, grown);
    auto expanded = expand_value(value.value, item.match_all, limits, expander);
    if (!expanded) {
      problem = std::move(expander.problem);
      where = value.mark;
      return PlaceholderOutcome::failed;
    }
    changed = changed || expander.touched;
    for (Value& one : *expanded) results.push_back({std::move(one), value.mark});
  }
  if (!changed) return PlaceholderOutcome::unchanged;
  item.values = std::move(results);
  return PlaceholderOutcome::replaced;
}

bool resolve_placeholders(DetectionRule& rule, const PlaceholderValues& values, const Limits& limits,
                          DiagnosticSink& sink) {
  bool good = true;
  size_t grown = 0;
  for (Selection& selection : rule.selections)
    good = resolve_in(selection.detection, rule.header.file, values, limits, grown, sink) && good;
  return good;
}

std::optional<std::vector<std::string>> read_placeholder_values(const YamlEntry& entry,
                                                                DiagnosticSink& sink) {
  std::vector<std::string> values;
  auto add = [&](const YamlNode& node) {
    if (!node.is_scalar() || node.is_null()) {
      sink.error(node.is_null() ? entry.key_mark : node.mark,
                 fmt::format("'{}' must be text, a number or a list of these, not {}", entry.key,
                             kind_name(node.kind)));
      return false;
    }
    values.push_back(node.text);
    return true;
  };
  if (!entry.value.is_sequence()) {
    if (!add(entry.value)) return {};
    return values;
  }
  if (entry.value.items.empty()) {
    sink.error(entry.key_mark,
               fmt::format("'{}' has no values: rules that use it could never match", entry.key));
    return {};
  }
  for (const YamlNode& node : entry.value.items)
    if (!add(node)) return {};
  return values;
}

std::optional<PlaceholderValues> read_placeholders(std::string_view text, const Limits& limits,
                                                   DiagnosticSink& sink) {
  YamlStream stream = parse_yaml(text, limits, sink);
  if (!stream.complete) return {};
  if (stream.documents.size() != 1 || !stream.documents[0].is_map()) {
    sink.error(stream.documents.empty() ? Mark{} : stream.documents.back().mark,
               "placeholder values are one map: name: value, or name: [value, value]");
    return {};
  }
  PlaceholderValues values;
  bool good = true;
  for (const YamlEntry& entry : stream.documents[0].entries) {
    auto read = read_placeholder_values(entry, sink);
    if (read)
      values.emplace(entry.key, std::move(*read));
    else
      good = false;
  }
  if (!good) return {};
  return values;
}

}  // namespace sigrun::sigma
