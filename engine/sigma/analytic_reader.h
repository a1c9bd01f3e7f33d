// Reads the `analytic:` block of a rule. What a type needs and what it cannot use is said here, with its place. Reentrant.
#pragma once

#include <optional>

#include "sigma/analytic.h"
#include "sigma/yaml.h"
#include "support/diagnostic.h"

namespace sigrun::sigma {

// `has_floor`: the block narrows a correlation, not a detection. Empty after an error.
std::optional<Analytic> read_analytic(const YamlEntry& block, bool has_floor, DiagnosticSink& sink);

}  // namespace sigrun::sigma
