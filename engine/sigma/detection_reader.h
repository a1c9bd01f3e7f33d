// Reads selections: maps, lists and keywords of a `detection:` block (or of a filter, or of a log source table) into
// Detection trees, modifiers applied.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sigma/rule.h"
#include "support/limits.h"

namespace sigrun::sigma {

// One selection's value. Empty after a diagnostic.
std::optional<Detection> read_detection(const YamlNode& node, const Limits& limits, DiagnosticSink& sink);

// Every entry of `block` but the keys in `reserved` is a selection. Returns false after a diagnostic.
bool read_selections(const YamlNode& block, std::span<const std::string_view> reserved, const Limits& limits,
                     DiagnosticSink& sink, std::vector<Selection>& selections);

// `condition:` of a block: text, or a list of texts (any of them).
std::optional<Condition> read_condition(const YamlNode& block, Mark block_mark,
                                        const std::vector<Selection>& selections, const Limits& limits,
                                        DiagnosticSink& sink, std::string& text);

// Warns of selections that the condition does not use; a key that looks like a reserved one is named as such.
// Without a condition only the latter.
void warn_of_unused(std::span<const std::string_view> reserved, const std::vector<Selection>& selections,
                    const std::optional<Condition>& condition, DiagnosticSink& sink);

// The item of one `Field|modifiers: value` entry, from its parts: also used by pipelines (add_condition).
std::optional<DetectionItem> read_item(std::string_view key, Mark key_mark, const YamlNode& value,
                                       const Limits& limits, DiagnosticSink& sink);

}  // namespace sigrun::sigma
