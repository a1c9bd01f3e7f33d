// Applies a pipeline to a rule and writes the outcome as one line of text, so that tests can say what they expect.
//
//   selection: @A='x' or 'y'; filter: not B=/re/ | selection and not filter
//
// @ marks a literal field, -> a field reference, == a case-sensitive text, /…/ a regular expression as RE2 compiles it.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "sigma/pipeline/pipeline.h"
#include "sigma/rule_reader.h"

namespace sigrun::sigma {

inline std::string show(const Value& value) {
  if (auto* text = std::get_if<TextPattern>(&value))
    return fmt::format("{}'{}'", text->cased ? "==" : "", text->to_sigma());
  if (auto* any = std::get_if<AnyTextPattern>(&value)) return fmt::format("any('{}')", describe(*any));
  if (auto* regex = std::get_if<RegexPattern>(&value))
    return fmt::format("/{}/", regex->expand ? regex->pattern : regex->to_re2());
  if (auto* reference = std::get_if<FieldReference>(&value))
    return fmt::format("->{}{}", reference->literal_field ? "@" : "", reference->field);
  if (auto* exists = std::get_if<Exists>(&value)) return exists->present ? "exists" : "absent";
  return describe(value);
}

inline std::string show(const DetectionItem& item) {
  std::string values;
  for (const ItemValue& value : item.values)
    values += (values.empty() ? "" : item.match_all ? " and " : " or ") + show(value.value);
  return fmt::format("{}{}{}={}", item.negated ? "not " : "", item.literal_field ? "@" : "",
                     item.keyword ? "keyword" : item.field, values);
}

inline std::string show(const Detection& node) {
  if (node.item) return show(*node.item);
  std::string text;
  for (const Detection& child : node.children) {
    if (!text.empty()) text += node.kind == Detection::Kind::any_of ? " | " : ", ";
    text += child.item ? show(child) : '(' + show(child) + ')';
  }
  return text;
}

inline std::string show(const Condition& condition, const DetectionRule& rule) {
  std::string text;
  switch (condition.kind) {
    case Condition::Kind::selection: return rule.selections[condition.selection].name;
    case Condition::Kind::negation: return "not " + show(condition.children.front(), rule);
    case Condition::Kind::at_least:
      for (size_t selection : condition.selections) text += ' ' + rule.selections[selection].name;
      return fmt::format("{} of{}", condition.threshold, text);
    case Condition::Kind::all_of:
    case Condition::Kind::any_of:
      for (const Condition& child : condition.children) {
        if (!text.empty()) text += condition.kind == Condition::Kind::all_of ? " and " : " or ";
        text += child.children.size() > 1 ? '(' + show(child, rule) + ')' : show(child, rule);
      }
  }
  return text;
}

inline std::string show_selections(const DetectionRule& rule) {
  std::string text;
  for (const Selection& selection : rule.selections)
    text += (text.empty() ? "" : "; ") + selection.name + ": " + show(selection.detection);
  return text;
}

inline std::string show_diagnostics(DiagnosticSink& sink) {
  std::string text;
  for (const Diagnostic& diagnostic : sink.take())
    text += (text.empty() ? "" : "\n") + diagnostic.to_string();
  return text;
}

inline Pipeline pipeline_of(std::string_view yaml) {
  DiagnosticSink sink("pipeline.yml");
  auto pipeline = read_pipeline(yaml, Limits{}, sink);
  REQUIRE_MESSAGE(pipeline.has_value(), show_diagnostics(sink));
  return std::move(*pipeline);
}

inline DetectionRule rule_of(std::string_view detection, std::string_view header = "") {
  DiagnosticSink sink("rule.yml");
  std::string yaml(header);
  if (header.find("title:") == header.npos) yaml = "title: A rule\n" + yaml;
  if (header.find("logsource:") == header.npos)
    yaml += "logsource: {product: windows, category: process_creation}\n";
  yaml += "detection:\n";
  yaml += detection;
  RuleFile file = read_rules(yaml, Limits{}, sink);
  REQUIRE_MESSAGE(file.detections.size() == 1, show_diagnostics(sink));
  return std::move(file.detections.front());
}

inline CorrelationRule correlation_of(std::string_view correlation) {
  DiagnosticSink sink("rule.yml");
  RuleFile file =
      read_rules("title: A correlation\ncorrelation:\n" + std::string(correlation), Limits{}, sink);
  REQUIRE_MESSAGE(file.correlations.size() == 1, show_diagnostics(sink));
  return std::move(file.correlations.front());
}

// The rule after the pipeline, or what was wrong.
struct Rewritten {
  DetectionRule rule;
  bool good = false;
  std::string diagnostics;

  std::string text() const { return good ? show_selections(rule) : "refused: " + diagnostics; }
};

inline Rewritten rewrite(std::string_view pipeline, DetectionRule rule) {
  PipelineStack stack;
  stack.add(pipeline_of(pipeline));
  Rewritten result{std::move(rule), false, {}};
  DiagnosticSink sink("other.yml");
  result.good = stack.apply(result.rule, sink);
  result.diagnostics = show_diagnostics(sink);
  return result;
}

// One transformation, in YAML's flow form, on the detection `{selection: …, condition: selection}`.
inline std::string rewrite_selection(std::string_view transformation, std::string_view selection) {
  return rewrite(fmt::format("transformations:\n  - {}\n", transformation),
                 rule_of(fmt::format("  selection: {}\n  condition: selection\n", selection)))
      .text();
}

// The diagnostics of a pipeline that must be refused.
inline std::string refusal_of(std::string_view yaml) {
  DiagnosticSink sink("pipeline.yml");
  CHECK_FALSE(read_pipeline(yaml, Limits{}, sink).has_value());
  CHECK(sink.error_count() > 0);
  return show_diagnostics(sink);
}

}  // namespace sigrun::sigma
