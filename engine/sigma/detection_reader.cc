#include "sigma/detection_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "sigma/condition.h"
#include "sigma/modifiers/modifier.h"
#include "sigma/similar_name.h"
#include "support/utf8.h"

namespace sigrun::sigma {
namespace {

std::vector<std::string> split_key(std::string_view key) {
  std::vector<std::string> parts;
  for (size_t begin = 0;;) {
    size_t bar = key.find('|', begin);
    parts.emplace_back(key.substr(begin, bar == key.npos ? key.npos : bar - begin));
    if (bar == key.npos) return parts;
    begin = bar + 1;
  }
}

std::string_view trimmed(std::string_view text) {
  const size_t begin = std::min(text.find_first_not_of(" \t\n"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t\n") + 1 - begin);
}

Value plain_value(const YamlNode& scalar) {
  switch (scalar.kind) {
    case YamlKind::null: return IsNull{};
    case YamlKind::boolean: return BoolEquals{scalar.truth()};
    case YamlKind::number: return NumberEquals{*Decimal::from_plain(scalar.text), scalar.text};
    default: return TextPattern::parse(scalar.text);
  }
}

// Anything that is not text cannot be found in text: a UTF-16 value that was never encoded with base64.
bool has_bytes_that_no_text_has(const Value& value) {
  auto broken = [](const TextPattern& pattern) {
    return std::any_of(pattern.parts.begin(), pattern.parts.end(),
                       [](const TextPart& part) { return !is_valid_utf8(part.text); });
  };
  if (auto* pattern = std::get_if<TextPattern>(&value)) return broken(*pattern);
  if (auto* any = std::get_if<AnyTextPattern>(&value))
    return std::any_of(any->patterns.begin(), any->patterns.end(), broken);
  return false;
}

class ItemReader {
 public:
  ItemReader(std::vector<std::string> key, Mark key_mark, const Limits& limits, DiagnosticSink& sink)
      : key_(std::move(key)), key_mark_(key_mark), limits_(limits), sink_(sink) {}

  std::optional<DetectionItem> read(const std::vector<const YamlNode*>& scalars, bool list) {
    item_.field = key_.front();
    item_.keyword = item_.field.empty();
    item_.modifiers.assign(key_.begin() + 1, key_.end());
    item_.mark = key_mark_;
    if (!resolve_modifiers()) return {};
    if (item_.match_all && !list) {
      sink_.error(key_mark_, "all: needs a list of values; with one value leave it out");
      return {};
    }
    item_.values.reserve(scalars.size());
    bool good = true;
    for (const YamlNode* scalar : scalars) good = read_value(*scalar) && good;
    if (!good) return {};
    return std::move(item_);
  }

 private:
  bool resolve_modifiers() {
    for (const std::string& name : item_.modifiers) {
      if (name == "all") {
        item_.match_all = true;
      } else if (name == "neq") {
        item_.negated = true;
      } else if (Modifier apply = find_modifier(name)) {
        chain_.push_back({name, apply});
      } else {
        std::string_view near = suggest_modifier(name);
        sink_.error(key_mark_,
                    fmt::format("unknown modifier '{}'{}", name,
                                near.empty() ? std::string() : fmt::format("; did you mean '{}'?", near)));
        return false;
      }
    }
    return true;
  }

  bool read_value(const YamlNode& scalar) {
    if (!scalar.is_scalar()) {
      sink_.error(
          scalar.mark,
          fmt::format("a value must be text, a number, true, false or null, not {}{}", kind_name(scalar.kind),
                      scalar.is_map() ? "; for nested fields write the path: parent.child" : ""));
      return false;
    }
    // An empty value after `key:` has its mark on the next token; the key's place is the better one to show.
    Mark mark = scalar.is_null() && scalar.text.empty() ? key_mark_ : scalar.mark;
    Operand operand{plain_value(scalar), scalar.text};
    ModifierContext context{limits_, item_.keyword};
    bool tied = false;
    for (const auto& [name, apply] : chain_) {
      if (std::string problem = apply(context, operand); !problem.empty()) {
        sink_.error(mark, fmt::format("{}: {}", name, problem));
        return false;
      }
      context.first = false;
      if (name.starts_with("base64")) context.encoded = true;
      if (name == "startswith" || name == "endswith") tied = true;
    }
    // Flags and anchors make an expression larger: what the plan compiles must fit as well, or it would never match.
    if (auto* regex = std::get_if<RegexPattern>(&operand.value); regex && chain_.size() > 1) {
      if (std::string problem = compile_problem(regex->to_re2(), limits_); !problem.empty()) {
        sink_.error(mark, "re: " + problem);
        return false;
      }
    }
    if (has_bytes_that_no_text_has(operand.value)) {
      sink_.error(mark,
                  "this UTF-16 value can only be found in its Base64 form: add base64 or base64offset behind "
                  "the encoding");
      return false;
    }
    if (item_.keyword && !finish_keyword(operand, mark, tied)) return false;
    item_.values.push_back({std::move(operand.value), mark});
    return true;
  }

  // Keywords are searched within values.
  bool finish_keyword(Operand& operand, Mark mark, bool tied) {
    if (std::holds_alternative<IsNull>(operand.value)) {
      sink_.error(mark, "a keyword cannot be null");
      return false;
    }
    auto widen = [](TextPattern& pattern) {
      pattern.add_run_in_front();
      pattern.add_run_at_end();
    };
    if (tied) return true;
    if (auto* any = std::get_if<AnyTextPattern>(&operand.value)) {
      std::for_each(any->patterns.begin(), any->patterns.end(), widen);
    } else if (TextPattern* pattern = as_text(operand)) {
      widen(*pattern);
    }
    return true;
  }

  std::vector<std::string> key_;
  Mark key_mark_;
  const Limits& limits_;
  DiagnosticSink& sink_;
  DetectionItem item_;
  std::vector<std::pair<std::string_view, Modifier>> chain_;
};

Detection item_detection(DetectionItem item) {
  Detection detection;
  detection.kind = Detection::Kind::item;
  detection.item = std::move(item);
  return detection;
}

std::optional<Detection> read_map(const YamlNode& map, const Limits& limits, DiagnosticSink& sink) {
  Detection detection;
  detection.kind = Detection::Kind::all_of;
  bool good = true;
  for (const YamlEntry& entry : map.entries) {
    auto item = read_item(entry.key, entry.key_mark, entry.value, limits, sink);
    if (item)
      detection.children.push_back(item_detection(std::move(*item)));
    else
      good = false;
  }
  if (!good) return {};
  return detection;
}

// `Image|endswith:value` without a blank behind the colon is no field to YAML, but text.
void warn_of_lost_field(const YamlNode& scalar, DiagnosticSink& sink) {
  const std::string_view text = scalar.text;
  const size_t colon = text.find(':');
  if (!scalar.is_text() || colon == text.npos) return;
  const std::vector<std::string> parts = split_key(text.substr(0, colon));
  auto is_modifier = [](const std::string& name) {
    return name == "all" || name == "neq" || find_modifier(name) != nullptr;
  };
  if (parts.size() < 2 || parts[0].find_first_of(" \t") != std::string::npos ||
      !std::all_of(parts.begin() + 1, parts.end(), is_modifier))
    return;
  sink.warning(scalar.mark, fmt::format("this is a keyword, searched as it stands; for a field write a blank "
                                        "behind the colon: '{}: …'",
                                        text.substr(0, colon)));
}

std::optional<Detection> read_keywords(const std::vector<const YamlNode*>& scalars, Mark mark,
                                       const Limits& limits, DiagnosticSink& sink) {
  for (const YamlNode* scalar : scalars) warn_of_lost_field(*scalar, sink);
  auto item = ItemReader({""}, mark, limits, sink).read(scalars, true);
  if (!item) return {};
  return item_detection(std::move(*item));
}

}  // namespace

std::optional<DetectionItem> read_item(std::string_view key, Mark key_mark, const YamlNode& value,
                                       const Limits& limits, DiagnosticSink& sink) {
  std::vector<std::string> parts = split_key(key);
  if (parts.size() == 1 && parts[0].empty()) {
    sink.error(key_mark, "a field name is missing; for keywords with modifiers write '|all' and the like");
    return {};
  }
  if (std::string_view field = parts[0]; field != trimmed(field))
    sink.warning(key_mark,
                 fmt::format("the field name '{}' has blanks around it, which belong to it; write '{}'",
                             field, trimmed(field)));
  std::vector<const YamlNode*> scalars;
  if (value.is_sequence()) {
    for (const YamlNode& scalar : value.items) scalars.push_back(&scalar);
    if (scalars.empty()) {
      sink.error(value.mark, fmt::format("'{}' has an empty list of values: it could never match", key));
      return {};
    }
  } else {
    scalars.push_back(&value);
  }
  return ItemReader(std::move(parts), key_mark, limits, sink).read(scalars, value.is_sequence());
}

std::optional<Detection> read_detection(const YamlNode& node, const Limits& limits, DiagnosticSink& sink) {
  if (node.is_map()) {
    if (node.entries.empty()) {
      sink.error(node.mark, "a selection must hold at least one item");
      return {};
    }
    return read_map(node, limits, sink);
  }
  if (node.is_null()) {
    sink.error(node.mark, "a selection must hold at least one item");
    return {};
  }
  if (!node.is_sequence()) return read_keywords({&node}, node.mark, limits, sink);
  if (node.items.empty()) {
    sink.error(node.mark, "a selection must hold at least one item");
    return {};
  }
  // Scalars of a list are one group of keywords; maps and lists stand for themselves.
  Detection detection;
  detection.kind = Detection::Kind::any_of;
  std::vector<const YamlNode*> keywords;
  bool good = true;
  for (const YamlNode& child : node.items) {
    if (child.is_scalar() && !child.is_null()) {
      keywords.push_back(&child);
      continue;
    }
    auto read = read_detection(child, limits, sink);
    if (read)
      detection.children.push_back(std::move(*read));
    else
      good = false;
  }
  if (!keywords.empty()) {
    auto read = read_keywords(keywords, keywords.front()->mark, limits, sink);
    if (read)
      detection.children.push_back(std::move(*read));
    else
      good = false;
  }
  if (!good) return {};
  return detection;
}

bool read_selections(const YamlNode& block, std::span<const std::string_view> reserved, const Limits& limits,
                     DiagnosticSink& sink, std::vector<Selection>& selections) {
  bool good = true;
  for (const YamlEntry& entry : block.entries) {
    if (std::find(reserved.begin(), reserved.end(), entry.key) != reserved.end()) continue;
    if (entry.value.is_null()) {
      sink.error(entry.key_mark, fmt::format("the selection '{}' is empty", entry.key));
      good = false;
      continue;
    }
    auto detection = read_detection(entry.value, limits, sink);
    if (detection)
      selections.push_back({entry.key, std::move(*detection), entry.key_mark});
    else
      good = false;
  }
  return good;
}

namespace {

void mark_used(const Condition& condition, std::vector<bool>& used) {
  if (condition.kind == Condition::Kind::selection) used[condition.selection] = true;
  for (size_t selection : condition.selections) used[selection] = true;
  for (const Condition& child : condition.children) mark_used(child, used);
}

}  // namespace

void warn_of_unused(std::span<const std::string_view> reserved, const std::vector<Selection>& selections,
                    const std::optional<Condition>& condition, DiagnosticSink& sink) {
  std::vector<bool> used(selections.size(), false);
  if (condition) mark_used(*condition, used);
  for (size_t i = 0; i < selections.size(); ++i) {
    if (used[i]) continue;
    if (std::string_view meant = similar_key(selections[i].name, reserved); !meant.empty())
      warn_of_misspelt_key(selections[i].name, selections[i].mark, meant, sink);
    else if (condition)
      sink.warning(selections[i].mark,
                   fmt::format("no condition uses the selection '{}'; name it there, or leave it out",
                               selections[i].name));
  }
}

std::optional<Condition> read_condition(const YamlNode& block, Mark block_mark,
                                        const std::vector<Selection>& selections, const Limits& limits,
                                        DiagnosticSink& sink, std::string& text) {
  const YamlEntry* entry = block.find_entry("condition");
  if (!entry) {
    sink.error(block_mark, "the condition is missing; write condition: and the names of selections");
    return {};
  }
  const YamlNode& node = entry->value;
  size_t references = 0;
  auto read_one = [&](const YamlNode& scalar) -> std::optional<Condition> {
    if (!scalar.is_scalar() || scalar.is_null()) {
      sink.error(entry->key_mark, fmt::format("the condition must be text, not {}", kind_name(scalar.kind)));
      return {};
    }
    text += (text.empty() ? "" : " | ") + scalar.text;
    return parse_condition(scalar.text, selections, scalar.mark, limits, sink, references);
  };
  if (!node.is_sequence()) return read_one(node);
  if (node.items.empty()) {
    sink.error(entry->key_mark, "the list of conditions is empty");
    return {};
  }
  Condition any;
  any.kind = Condition::Kind::any_of;
  for (const YamlNode& scalar : node.items) {
    auto condition = read_one(scalar);
    if (!condition) return {};
    any.children.push_back(std::move(*condition));
  }
  return any;
}

}  // namespace sigrun::sigma
