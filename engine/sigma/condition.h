// Conditions: which selections of a rule must hold together. Source: Sigma specification 2.1, "Condition".
//
// Names are resolved here, once, to indexes of selections; a name or pattern that selects nothing is an error.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "sigma/rule.h"
#include "support/diagnostic.h"
#include "support/limits.h"

namespace sigrun::sigma {

std::optional<Condition> parse_condition(std::string_view text, const std::vector<Selection>& selections,
                                         Mark mark, const Limits& limits, DiagnosticSink& sink);
// The same for one of several conditions of a rule: `references` is the sum over them (Limits::condition_references).
std::optional<Condition> parse_condition(std::string_view text, const std::vector<Selection>& selections,
                                         Mark mark, const Limits& limits, DiagnosticSink& sink,
                                         size_t& references);

// Glob match for selection names: `*` is any run, everything else is itself, case-sensitive.
bool selection_name_matches(std::string_view pattern, std::string_view name);

}  // namespace sigrun::sigma
