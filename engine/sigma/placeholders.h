// Placeholders, %name% under the modifier `expand`: their values come from the person who runs the rules.
//
// A value is Sigma text: its `*` and `?` are wildcards, `\*` and `\?` are not. Inside a regular expression it is a
// piece of that expression, as it stands. A rule value with placeholders becomes one value for every combination; the
// combinations are alternatives, under `all` too, because each of them is one reading of the same written value.
// Pure functions.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/rule.h"
#include "support/diagnostic.h"
#include "support/limits.h"

namespace sigrun::sigma {

using PlaceholderValues = std::map<std::string, std::vector<std::string>>;

// A map of names to a scalar or a list of scalars, in YAML or JSON. Empty after a diagnostic.
std::optional<PlaceholderValues> read_placeholders(std::string_view text, const Limits& limits,
                                                   DiagnosticSink& sink);

// The entry of one name in such a map: empty after a diagnostic.
std::optional<std::vector<std::string>> read_placeholder_values(const YamlEntry& entry, DiagnosticSink& sink);

// Replaces the placeholders of every value. A placeholder without a value is an error at the value's place. False after
// any error; the rule is then not fit for planning.
bool resolve_placeholders(DetectionRule& rule, const PlaceholderValues& values, const Limits& limits,
                          DiagnosticSink& sink);

// What stands for one placeholder.
struct PlaceholderReplacement {
  std::vector<std::string> values;
  bool anything = false;  // any text at all; `values` is empty then
  std::string problem;    // not empty: there is nothing, and the item cannot do without
};
// Empty: the placeholder stays as it is.
using PlaceholderLookup = std::function<std::optional<PlaceholderReplacement>(const std::string& name)>;

enum class PlaceholderOutcome : uint8_t { unchanged, replaced, failed };
// Replaces the placeholders of one item that `lookup` knows. `problem` and `where` are set on failure. `grown` counts the
// memory that replacements took, over as many items as the caller likes (Limits::placeholder_bytes).
PlaceholderOutcome replace_placeholders(DetectionItem& item, const PlaceholderLookup& lookup,
                                        const Limits& limits, size_t& grown, std::string& problem,
                                        Mark& where);

}  // namespace sigrun::sigma
