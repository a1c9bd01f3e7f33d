#include "support/rule_fixture.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <random>

#include "event/event_batch.h"

namespace sigrun::test {
namespace {

std::string indent(std::string_view text, size_t by) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    out += std::string(by, ' ') + std::string(text.substr(begin, end - begin)) + '\n';
    begin = end + 1;
  }
  return out;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : std::string(separator)) + part;
  return out;
}

std::string errors_of(const DiagnosticSink& sink) {
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : sink.diagnostics())
    if (diagnostic.severity == Severity::error) lines.push_back(diagnostic.to_string());
  return join(lines, "\n");
}

}  // namespace

std::string diagnostics_of(std::string_view yaml, const Limits& limits) {
  DiagnosticSink sink("r.yml");
  sigma::RuleSet set;
  set.add(sigma::read_rules(yaml, limits, sink));
  set.link(limits, sink);
  set.link_correlations(limits, sink);
  std::vector<std::string> lines;
  for (const Diagnostic& diagnostic : sink.diagnostics()) lines.push_back(diagnostic.to_string());
  return join(lines, "\n");
}

sigma::RuleSet rules_of(std::string_view yaml, const Limits& limits) {
  DiagnosticSink sink("r.yml");
  sigma::RuleSet set;
  set.add(sigma::read_rules(yaml, limits, sink));
  set.link(limits, sink);
  set.link_correlations(limits, sink);
  INFO(yaml);
  REQUIRE_MESSAGE(sink.error_count() == 0, errors_of(sink));
  return set;
}

std::string rule_with(std::string_view detection) {
  return "title: T\nlogsource: {product: test}\ndetection:\n" + indent(detection, 2);
}

std::string rule_with_items(std::string_view items) {
  return rule_with("selection:\n" + indent(items, 2) + "condition: selection");
}

sigma::DetectionItem item_of(std::string_view item) {
  sigma::RuleSet set = rules_of(rule_with_items(item));
  REQUIRE(set.detections.size() == 1);
  return *set.detections[0].selections[0].detection.children.at(0).item;
}

std::string refusal_of(std::string_view item, const Limits& limits) {
  DiagnosticSink sink;
  sigma::read_rules(rule_with_items(item), limits, sink);
  return sink.diagnostics().empty() ? std::string() : sink.diagnostics()[0].message;
}

Bench::Bench(std::string_view rules, std::string_view tables, Routing routing, sigma::LogSource fixed, const Limits& limits, CostClock clock,
             TimeOptions time)
    : limits_(limits), rules_(rules_of(rules)) {
  DiagnosticSink sink("t.yml");
  tables_ = sigma::read_taxonomy(tables, limits_, sink);
  REQUIRE_MESSAGE(sink.error_count() == 0, errors_of(sink));
  plan_ = build_plan({rules_.detections, tables_, routing, fixed, limits_, {}, std::move(time)});
  index_ = std::make_unique<CandidateIndex>(*plan_);
  matcher_ = std::make_unique<Matcher>(*plan_, *index_, limits_, std::move(clock));
}

Bench::Result Bench::match(std::string_view event) {
  // Freshly allocated, so that a tool that watches memory sees views that outlive an event.
  padded_ = std::string(event) + std::string(event_padding, '\0');
  std::vector<Hit> hits;
  Result result;
  result.outcome = matcher_->match(std::string_view(padded_.data(), event.size()), hits);
  for (const Hit& hit : hits) result.titles.push_back(rules_.detections[hit.rule].header.title);
  result.unrecognised = matcher_->unrecognised();
  return result;
}

std::string Bench::hits(std::string_view event) { return join(match(event).titles, ","); }

std::string Bench::explain(std::string_view event) {
  padded_ = std::string(event) + std::string(event_padding, '\0');
  std::vector<Hit> hits;
  matcher_->match(std::string_view(padded_.data(), event.size()), hits);
  if (hits.empty()) return "no hit";
  std::vector<Match> reasons;
  matcher_->explain(hits[0], reasons);
  std::vector<std::string> lines;
  for (const Match& reason : reasons) lines.push_back(fmt::format("{}|{}|{}|{}", reason.field, reason.modifier, reason.pattern, reason.value.text()));
  return join(lines, "\n");
}

bool matches(std::string_view items, std::string_view event) { return Bench(rule_with_items(items)).hits(event) == "T"; }

bool detection_matches(std::string_view detection, std::string_view event) { return Bench(rule_with(detection)).hits(event) == "T"; }

uint64_t announce_seed(const char* test) {
  const char* set = std::getenv("SIGRUN_TEST_SEED");
  uint64_t seed = set ? std::strtoull(set, nullptr, 10) : std::random_device{}();
  std::fprintf(stderr, "%s: seed %llu (SIGRUN_TEST_SEED repeats it)\n", test, static_cast<unsigned long long>(seed));
  return seed;
}

}  // namespace sigrun::test
