#include "differential/comparison.h"

#include <fmt/format.h>

#include <cstdlib>

#include "event/event_batch.h"
#include "plan/plan_builder.h"
#include "sigma/placeholders.h"
#include "sigma/rule_reader.h"

namespace sigrun::differential {
namespace {

std::optional<sigma::DetectionRule> read_engine_rule(const std::string& yaml, const naive::Placeholders& placeholders, const Limits& limits,
                                                     std::string* why) {
  DiagnosticSink sink("rule.yml");
  sigma::RuleFile file = sigma::read_rules(yaml, limits, sink);
  bool good = file.refused == 0 && file.detections.size() == 1 && sink.error_count() == 0;
  good = good && sigma::resolve_placeholders(file.detections[0], placeholders, limits, sink);
  if (good) return std::move(file.detections[0]);
  if (why)
    for (const Diagnostic& diagnostic : sink.diagnostics()) *why += "engine: " + diagnostic.to_string() + "\n";
  return {};
}

std::shared_ptr<const naive::Rule> read_naive_rule(const std::string& yaml, const naive::Placeholders& placeholders, std::string* why) {
  std::string error;
  auto rule = naive::parse_rule(yaml, placeholders, &error);
  if (!rule && why) *why += "naive: " + error + "\n";
  return rule;
}

}  // namespace

Comparison::Loaded Comparison::add(const std::string& yaml, const naive::Placeholders& placeholders, std::string* why) {
  auto engine_rule = read_engine_rule(yaml, placeholders, limits_, why);
  auto naive_rule = read_naive_rule(yaml, placeholders, why);
  if (!engine_rule && !naive_rule) return Loaded::neither;
  if (!engine_rule) return Loaded::naive_only;
  if (!naive_rule) return Loaded::engine_only;
  detections_.push_back(std::move(*engine_rule));
  naive_rules_.push_back(std::move(naive_rule));
  texts_.push_back(yaml);
  return Loaded::both;
}

void Comparison::prepare() {
  static const std::vector<sigma::TaxonomyTable> no_tables;
  plan_ = build_plan({detections_, no_tables, Routing::off, {}, limits_});
  index_ = std::make_unique<CandidateIndex>(*plan_);
  matcher_ = std::make_unique<Matcher>(*plan_, *index_, limits_);
}

std::vector<Disagreement> Comparison::compare(std::string_view event) {
  std::string padded(event);
  padded.append(event_padding, '\0');
  std::vector<Hit> hits;
  bool engine_refused = matcher_->match({padded.data(), event.size()}, hits) == JsonWalker::Outcome::broken;
  auto tree = naive::parse_event(event, nullptr);
  if (engine_refused && !tree) {
    ++rejected_events_;
    return {};
  }
  std::vector<Disagreement> disagreements;
  if (engine_refused || !tree) {
    disagreements.push_back({0, false, false, engine_refused, !tree});
    return disagreements;
  }
  auto hit = hits.begin();
  for (size_t rule = 0; rule < rules(); ++rule) {
    bool engine = hit != hits.end() && hit->rule == rule;
    if (engine) ++hit;
    bool naive = naive::matches(*naive_rules_[rule], *tree);
    ++pairs_;
    matches_ += naive;
    if (engine != naive) disagreements.push_back({rule, engine, naive, false, false});
  }
  return disagreements;
}

Answers answer(const std::string& yaml, const std::string& event, const naive::Placeholders& placeholders) {
  Answers answers;
  Comparison comparison;
  if (comparison.add(yaml, placeholders) != Comparison::Loaded::both) return answers;
  comparison.prepare();
  auto disagreements = comparison.compare(event);
  if (disagreements.empty()) {
    if (comparison.rejected_events() == 0) answers.engine = answers.naive = comparison.matches() == 1;
    return answers;
  }
  const Disagreement& first = disagreements[0];
  if (!first.engine_refused) answers.engine = first.engine;
  if (!first.naive_refused) answers.naive = first.naive;
  return answers;
}

std::string minimised(std::string yaml, std::string event, const JsonTree* tree, const naive::Placeholders& placeholders) {
  bool smaller = true;
  JsonTree best = tree ? *tree : JsonTree{};
  while (smaller) {
    smaller = false;
    for (size_t begin = 0; begin < yaml.size();) {
      size_t end = std::min(yaml.find('\n', begin), yaml.size() - 1) + 1;
      std::string without = yaml.substr(0, begin) + yaml.substr(end);
      if (answer(without, event, placeholders).differ())
        yaml = std::move(without), smaller = true;
      else
        begin = end;
    }
    if (!tree) continue;
    for (JsonTree& candidate : smaller_trees(best)) {
      if (candidate.kind != JsonTree::Kind::object || !answer(yaml, candidate.to_text(), placeholders).differ()) continue;
      best = std::move(candidate), event = best.to_text(), smaller = true;
      break;
    }
  }
  Answers answers = answer(yaml, event, placeholders);
  auto said = [](const std::optional<bool>& says) { return !says ? "refused" : *says ? "match" : "no match"; };
  return fmt::format("engine: {}, naive: {}\n{}{}\n", said(answers.engine), said(answers.naive), yaml, event);
}

uint64_t environment_number(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text && *text ? std::strtoull(text, nullptr, 10) : otherwise;
}

}  // namespace sigrun::differential
