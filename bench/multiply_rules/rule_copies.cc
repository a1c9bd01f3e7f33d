#include "rule_copies.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "literal_variation.h"
#include "yaml_writer.h"

namespace sigrun::bench {
namespace {

using sigma::YamlEntry;
using sigma::YamlKind;
using sigma::YamlNode;

enum class Values : uint8_t { patterns, expanded, expressions, untouched };

// What the values of `Field|modifier|modifier` are.
Values values_of(std::string_view key) {
  Values values = Values::patterns;
  for (size_t bar = key.find('|'); bar != key.npos;) {
    const size_t end = key.find('|', bar + 1);
    const std::string_view modifier = key.substr(bar + 1, end == key.npos ? end : end - bar - 1);
    for (std::string_view other : {"cidr", "fieldref", "exists", "lt", "lte", "gt", "gte", "minute", "hour",
                                   "day", "week", "month", "year"})
      if (modifier == other) return Values::untouched;
    if (modifier == "re") values = Values::expressions;
    if (modifier == "expand" && values == Values::patterns) values = Values::expanded;
    bar = end;
  }
  return values;
}

void change_value(YamlNode& value, Values values, unsigned copy, CopyCounts& counts) {
  for (YamlNode& item : value.items) change_value(item, values, copy, counts);
  if (!value.is_text() || values == Values::untouched) return;
  Variation varied = values == Values::expressions
                         ? vary_regex(value.text, copy)
                         : vary_pattern(value.text, values == Values::expanded, copy);
  value.text = std::move(varied.text);
  counts.changed += varied.changed;
  counts.kept += varied.kept;
}

// A selection: a map of items, keywords, or a list of either.
void change_selection(YamlNode& node, unsigned copy, CopyCounts& counts) {
  if (node.is_map())
    for (YamlEntry& entry : node.entries) change_value(entry.value, values_of(entry.key), copy, counts);
  else if (node.is_sequence())
    for (YamlNode& item : node.items) change_selection(item, copy, counts);
  else
    change_value(node, Values::patterns, copy, counts);
}

// An UUID becomes another one, a name another name.
std::string copied_name(const std::string& name, unsigned copy) {
  uint32_t head = 0;
  const char* end = name.data() + 8;
  if (name.size() == 36 && name[8] == '-' && std::from_chars(name.data(), end, head, 16).ptr == end)
    return fmt::format("{:08x}{}", head ^ copy * 0x9E3779B1u, name.substr(8));
  return fmt::format("{}_copy_{}", name, copy);
}

}  // namespace

void RuleCopies::learn(const std::vector<YamlNode>& documents) {
  for (const YamlNode& document : documents)
    for (std::string_view key : {"id", "name"})
      if (const YamlNode* value = document.find(key); value && value->is_text()) known_.insert(value->text);
}

std::string RuleCopies::write(std::vector<YamlNode> documents, unsigned copy, CopyCounts& counts) const {
  for (YamlNode& document : documents) change_document(document, copy, counts);
  return write_yaml(documents);
}

void RuleCopies::change_document(YamlNode& document, unsigned copy, CopyCounts& counts) const {
  std::erase_if(document.entries, [](const YamlEntry& entry) {
    return entry.key == "tests" || entry.key == "regression_tests_path";
  });
  for (YamlEntry& entry : document.entries) {
    if ((entry.key == "id" || entry.key == "name") && entry.value.is_text()) {
      entry.value.text = copied_name(entry.value.text, copy);
    } else if (entry.key == "title" && entry.value.is_text() && entry.value.text.size() < 240) {
      entry.value.text += fmt::format(" ({})", copy);
    } else if (entry.key == "correlation") {
      change_references(entry.value, copy);
    } else if (entry.key == "detection" || entry.key == "filter") {
      change_references(entry.value, copy);
      for (YamlEntry& selection : entry.value.entries)
        if (selection.key != "condition" && selection.key != "timeframe" && selection.key != "rules")
          change_selection(selection.value, copy, counts);
    }
  }
}

// `rules:`, and the rules that a correlation's `aliases:` name. A condition over rule names is left alone
// where it is a map; as text it names rules word by word.
void RuleCopies::change_references(YamlNode& block, unsigned copy) const {
  auto change = [&](std::string& name) {
    if (known_.contains(name)) name = copied_name(name, copy);
  };
  const bool refers = block.find("rules") != nullptr;
  for (YamlEntry& entry : block.entries) {
    if (entry.key == "rules") {
      change(entry.value.text);
      for (YamlNode& rule : entry.value.items) change(rule.text);
    } else if (entry.key == "aliases") {
      for (YamlEntry& alias : entry.value.entries)
        for (YamlEntry& field : alias.value.entries) change(field.key);
    } else if (entry.key == "condition" && refers && block.find("type") && entry.value.is_text()) {
      std::string changed, word;
      for (char c : entry.value.text + ' ') {
        if (c != ' ' && c != '(' && c != ')') {
          word += c;
          continue;
        }
        change(word);
        (changed += word) += c;
        word.clear();
      }
      changed.pop_back();
      entry.value.text = std::move(changed);
    }
  }
}

}  // namespace sigrun::bench
