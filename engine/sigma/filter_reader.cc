// Filter documents: what is to be added to the conditions of other rules.
#include <fmt/format.h>

#include "sigma/detection_reader.h"
#include "sigma/header_reader.h"
#include "sigma/rule_reader.h"

namespace sigrun::sigma {
namespace {

bool read_rule_list(const YamlEntry& entry, FilterRule& filter, DiagnosticSink& sink) {
  const YamlNode& node = entry.value;
  if (node.is_text() && node.text == "any") {
    filter.any_rule = true;
    return true;
  }
  if (node.is_text()) {
    filter.rules.emplace_back(node.text, node.mark);
    return true;
  }
  bool good = node.is_sequence() && !node.items.empty();
  for (const YamlNode& item : node.items) {
    good = good && item.is_scalar() && !item.is_null();
    if (good) filter.rules.emplace_back(item.text, item.mark);
  }
  if (!good) sink.error(entry.key_mark, "rules must be 'any' or a list of rule ids and names");
  return good;
}

}  // namespace

std::optional<FilterRule> read_filter_rule(const YamlNode& document, const Limits& limits,
                                           DiagnosticSink& sink) {
  FilterRule filter;
  bool good = true;
  if (auto header = read_header(document, limits, sink))
    filter.header = std::move(*header);
  else
    good = false;
  if (auto logsource = read_logsource(document, sink))
    filter.logsource = std::move(*logsource);
  else
    good = false;
  const YamlEntry* block = document.find_entry("filter");
  if (!block->value.is_map()) {
    sink.error(block->key_mark, "filter must be a map with rules, selections and a condition");
    return {};
  }
  constexpr std::string_view reserved[] = {"rules", "condition"};
  const YamlEntry* rules = block->value.find_entry("rules");
  if (!rules) {
    sink.error(block->key_mark,
               "the filter does not say which rules it is for; write rules: any, or a list of ids and names");
    return {};
  }
  good = read_rule_list(*rules, filter, sink) && good;
  if (!read_selections(block->value, reserved, limits, sink, filter.selections)) return {};
  if (filter.selections.empty()) {
    sink.error(block->key_mark, "the filter has no selection");
    return {};
  }
  std::string text;
  auto condition = read_condition(block->value, block->key_mark, filter.selections, limits, sink, text);
  warn_of_unused(reserved, filter.selections, condition, sink);
  if (!condition || !good) return {};
  filter.condition = std::move(*condition);
  return filter;
}

}  // namespace sigrun::sigma
