#include "alert/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>

#include "support/json_text.h"

namespace sigrun {
namespace {

void append_member(std::string_view name, std::string_view value, std::string& out) {
  if (out.back() != '{') out += ',';
  append_json_string(name, out);
  out += ':';
  append_json_string(value, out);
}

// The event stands on one line in the alert: line breaks between its tokens become spaces. Inside strings there are none.
// Values that no rule wants are not validated when events are matched, so that an event may be no JSON for others: it becomes
// a text, for an alert must be readable always.
void append_event(std::string_view event, std::string& out) {
  if (!is_valid_json(event)) return append_json_string(event, out);
  for (char c : event) out += c == '\n' || c == '\r' ? ' ' : c;
}

std::string_view kind_name(AlertKind kind) {
  switch (kind) {
    case AlertKind::detection: return "detection";
    case AlertKind::correlation: return "correlation";
    case AlertKind::analytic: return "analytic";
    case AlertKind::health: return "health";
  }
  return "";
}

void append_rule(const RuleInfo& rule, std::string& out) {
  out += R"(,"rule":{)";
  append_member("id", rule.id, out);
  append_member("title", rule.title, out);
  if (rule.level != sigma::Level::none) append_member("level", sigma::level_name(rule.level), out);
  out += R"(,"tags":[)";
  for (size_t i = 0; i < rule.tags.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(rule.tags[i], out);
  }
  out += ']';
  if (!rule.author.empty()) append_member("author", rule.author, out);
  out += '}';
}

void append_source(std::string_view file, uint64_t line, uint64_t offset, std::string& out) {
  out += R"(,"source":{)";
  append_member("file", file, out);
  fmt::format_to(std::back_inserter(out), R"(,"line":{},"offset":{}}})", line, offset);
}

void append_evidence(const Evidence& evidence, const Alert& alert, std::string& out) {
  out += '{';
  append_member("id", evidence.id.text(), out);
  append_member("time", format_time(evidence.time), out);
  const RuleInfo& rule = *(*alert.rule_of)[evidence.source];
  out += R"(,"rule":{)";
  append_member("id", rule.id, out);
  append_member("title", rule.title, out);
  out += '}';
  if (!evidence.input.empty()) append_source(evidence.input, evidence.line, evidence.offset, out);
  if (!evidence.event.empty()) {
    out += R"(,"event":)";
    append_event(evidence.event, out);
  }
  out += '}';
}

// Of an analytic: how unusual it is, against what, and what makes it so.
void append_finding(const Finding& finding, std::string& out) {
  append_member("unit", finding.unit, out);
  fmt::format_to(std::back_inserter(out), R"(,"score":{:.4g},"surprise":{:.3g},"baseline":{{"age_seconds":{},"size":{}}})",
                 finding.score, finding.surprise, finding.baseline_age / 1'000'000'000, finding.baseline_size);
  out += R"(,"contributions":[)";
  for (size_t i = 0; i < finding.contributions.size(); ++i) {
    out += i > 0 ? ",{" : "{";
    append_member("name", finding.contributions[i].name, out);
    append_member("text", finding.contributions[i].text, out);
    out += '}';
  }
  out += ']';
}

// Of a correlation: what was counted, over what, and the events that show it.
void append_firing(const Alert& alert, std::string& out) {
  const Firing& firing = *alert.firing;
  const CorrelationInfo& correlation = *alert.correlation;
  out += R"(,"group":{)";
  for (size_t i = 0; i < correlation.group_by.size() && i < firing.group.size(); ++i)
    append_member(correlation.group_by[i], firing.group[i], out);
  // JSON has no infinity: what is beyond every number is told as the largest.
  constexpr double largest = std::numeric_limits<double>::max();
  fmt::format_to(std::back_inserter(out), R"(}},"value":{})", std::clamp(firing.value, -largest, largest));
  if (!correlation.bounds.empty()) {
    out += R"(,"threshold":{)";
    for (size_t i = 0; i < correlation.bounds.size(); ++i)
      fmt::format_to(std::back_inserter(out), R"({}"{}":{})", i > 0 ? "," : "",
                     sigma::count_order_name(correlation.bounds[i].order), correlation.bounds[i].number);
    out += '}';
  }
  if (firing.finding) append_finding(*firing.finding, out);
  out += R"(,"window":{)";
  append_member("from", format_time(firing.from), out);
  append_member("to", format_time(firing.time), out);
  fmt::format_to(std::back_inserter(out), R"(}},"events":{})", firing.events);
  if (firing.at_least) out += R"(,"at_least":true)";
  if (firing.mixed_since) append_member("mixed_since", format_time(*firing.mixed_since), out);
  out += R"(,"evidence":[)";
  for (size_t i = 0; i < firing.evidence.size(); ++i) {
    if (i > 0) out += ',';
    append_evidence(firing.evidence[i], alert, out);
  }
  fmt::format_to(std::back_inserter(out), R"(],"evidence_missing":{})", firing.evidence_missing);
}

void append_matches(const std::vector<Match>& matches, std::string& out) {
  out += R"(,"matches":[)";
  std::string scratch;
  for (size_t i = 0; i < matches.size(); ++i) {
    const Match& match = matches[i];
    out += i > 0 ? ",{" : "{";
    append_member("field", match.field, out);
    append_member("value", match.value.text(scratch), out);
    append_member("modifier", match.modifier, out);
    append_member("pattern", match.pattern, out);
    out += '}';
  }
  out += ']';
}

}  // namespace

void render_ndjson(const Alert& alert, std::string& out) {
  out += R"({"schema":1)";
  append_member("id", alert.id, out);
  append_member("kind", kind_name(alert.kind), out);
  if (!alert.time.empty()) append_member("time", alert.time, out);
  if (!alert.message.empty()) append_member("message", alert.message, out);
  append_rule(*alert.rule, out);
  if (alert.firing) {
    append_firing(alert, out);
  } else {
    append_source(alert.file, alert.line, alert.offset, out);
    append_matches(alert.matches, out);
    out += R"(,"event":)";
    append_event(alert.event, out);
  }
  out += "}\n";
}

}  // namespace sigrun
