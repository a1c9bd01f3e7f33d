// How near two names are, for "did you mean". Pure functions.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "sigma/yaml.h"
#include "support/diagnostic.h"

namespace sigrun::sigma {

// Characters to add, leave out, replace or swap with their neighbour, to make one of the other.
size_t edit_distance(std::string_view a, std::string_view b);

// The key that a misspelt one stands for: the same but for case, or one edit away (two, if it has six letters or
// more). Empty if there is none, or if `key` is known. Of keys with two or three letters only case may differ.
std::string_view similar_key(std::string_view key, std::span<const std::string_view> known);

// The same for names and ids of rules, of any case. Of those that are just as near: the first.
std::string_view similar_name(std::string_view name, std::span<const std::string_view> known);

// Warns of each key of `map` that looks like a known one: what it says would have no effect, in silence.
void warn_of_misspelt_keys(const YamlNode& map, std::span<const std::string_view> known,
                           DiagnosticSink& sink);
void warn_of_misspelt_key(std::string_view key, Mark mark, std::string_view meant, DiagnosticSink& sink);

}  // namespace sigrun::sigma
