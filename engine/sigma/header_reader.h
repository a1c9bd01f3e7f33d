// The top-level attributes that every kind of rule document shares: title, id, level, status, tags…
#pragma once

#include <optional>

#include "sigma/rule.h"
#include "support/limits.h"

namespace sigrun::sigma {

// Empty after an error. Bad dates, ids and statuses are warnings.
std::optional<RuleHeader> read_header(const YamlNode& document, const Limits& limits, DiagnosticSink& sink);

// `logsource:` of the document; its absence is an error.
std::optional<LogSource> read_logsource(const YamlNode& document, DiagnosticSink& sink);

}  // namespace sigrun::sigma
