// Reads one file of rules: any number of YAML documents, each a detection rule, a correlation or a filter, and the
// collection actions (`action: global`, `reset`, `repeat`) that build documents from earlier ones.
//
// A document with an error is refused by itself; the others load. What needs other files (names, references, filters) is
// checked in rule_set.h. Reentrant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sigma/rule.h"
#include "support/limits.h"

namespace sigrun::sigma {

// A document with errors: which of the sink's diagnostics are about it.
struct RefusedDocument {
  std::string title;  // empty where it has none
  Mark mark;
  size_t first_diagnostic = 0, end_diagnostic = 0;
};

struct RuleFile {
  std::vector<DetectionRule> detections;
  std::vector<CorrelationRule> correlations;
  std::vector<FilterRule> filters;
  size_t refused = 0;  // documents with an error
  std::vector<RefusedDocument> refused_documents;
};

// `sink.file()` is the path that diagnostics and rules carry.
RuleFile read_rules(std::string_view text, const Limits& limits, DiagnosticSink& sink);

// One document each; empty after an error.
std::optional<DetectionRule> read_detection_rule(const YamlNode& document, const Limits& limits,
                                                 DiagnosticSink& sink);
std::optional<CorrelationRule> read_correlation_rule(const YamlNode& document, const Limits& limits,
                                                     DiagnosticSink& sink);
std::optional<FilterRule> read_filter_rule(const YamlNode& document, const Limits& limits,
                                           DiagnosticSink& sink);

}  // namespace sigrun::sigma
