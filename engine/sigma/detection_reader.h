// Reads selections: maps, lists and keywords of a `detection:` block (or of a filter, or of a log source table) into
// Detection trees, modifiers applied.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "sigma/rule.h"
#include "support/limits.h"

namespace sigrun::sigma {

// One selection's value. Empty after a diagnostic.
std::optional<Detection> read_detection(const YamlNode& node, const Limits& limits, DiagnosticSink& sink);

// Every entry of `block` but the keys in `reserved` is a selection. Returns false after a diagnostic.
bool read_selections(const YamlNode& block, std::initializer_list<std::string_view> reserved,
                     const Limits& limits, DiagnosticSink& sink, std::vector<Selection>& selections);

// `condition:` of a block: text, or a list of texts (any of them).
std::optional<Condition> read_condition(const YamlNode& block, Mark block_mark,
                                        const std::vector<Selection>& selections, const Limits& limits,
                                        DiagnosticSink& sink, std::string& text);

// The item of one `Field|modifiers: value` entry, from its parts: also used by pipelines (add_condition).
std::optional<DetectionItem> read_item(std::string_view key, Mark key_mark, const YamlNode& value,
                                       const Limits& limits, DiagnosticSink& sink);

}  // namespace sigrun::sigma
