#include "differential/correlator_run.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <thread>

namespace sigrun::differential {

CorrelatorRun::CorrelatorRun(const sigma::RuleSet& rules, Settings settings)
    : settings_(std::move(settings)) {
  DiagnosticSink sink("correlations");
  plan_ = build_correlation_plan(rules.detections, rules.correlations, sink);
  REQUIRE(plan_.correlations.size() == rules.correlations.size());
  correlator_ = std::make_unique<Correlator>(plan_, settings_.options, settings_.limits, settings_.for_each);
}

void CorrelatorRun::arrive(const naive::RuleEvent& event) {
  // Texts live until the batch is done: a number is enough to know an event again.
  static const std::string text = R"({"event": "of a test"})";
  ++arrived_;
  Occurrence occurrence;
  occurrence.source = static_cast<SourceId>(event.rule);
  occurrence.time = event.time;
  occurrence.id = make_identity("test", {fmt::to_string(arrived_)});
  occurrence.place = static_cast<uint32_t>(batch_.places.size());
  occurrence.first_captured = static_cast<uint32_t>(batch_.captured.size());
  batch_.places.push_back({"input", arrived_, arrived_ * text.size(), text});
  for (const std::string& field : plan_.captured[event.rule]) {
    batch_.add_field();
    if (auto found = event.fields.find(field); found != event.fields.end())
      for (const std::string& value : found->second) batch_.add_value(value);
  }
  batch_.occurrences.push_back(occurrence);
  newest_ = std::max(newest_, event.time);
}

void CorrelatorRun::note(const std::vector<Firing>& firings) {
  for (const Firing& firing : firings)
    fired_.push_back({firing, plan_.correlations[firing.correlation].rule, arrived_, watermark_});
}

void CorrelatorRun::end_batch() {
  watermark_ = newest_ - settings_.lateness;
  std::vector<Firing> firings;
  correlator_->take(batch_, watermark_, firings);
  batch_.clear();
  note(firings);
}

void CorrelatorRun::close() {
  if (!batch_.occurrences.empty()) end_batch();
  newest_ = INT64_MIN;
  watermark_ = INT64_MAX;
  std::vector<Firing> firings;
  correlator_->close(firings);
  note(firings);
}

void CorrelatorRun::forget() {
  fired_.clear();
  arrived_ = 0;
}

void CorrelatorRun::begin_save() {
  REQUIRE(batch_.occurrences.empty());
  arrived_then_ = arrived_;
  newest_then_ = newest_;
  sections_.assign(1, correlator_->save_plan());
  correlator_->begin_save([this](std::string_view section) { sections_.emplace_back(section); });
}

const std::vector<std::string>& CorrelatorRun::saved() {
  while (correlator_->save_more(7)) {
  }
  return sections_;
}

bool CorrelatorRun::restore(const std::vector<std::string>& sections, const CorrelatorRun& from) {
  arrived_ = from.arrived_then_;
  newest_ = from.newest_then_;
  if (sections.empty() || !correlator_->restore_plan(sections.front())) return false;
  for (size_t i = 1; i < sections.size(); ++i)
    if (!correlator_->restore(sections[i])) return false;
  std::vector<CorrelationChange> changes;
  return correlator_->end_restore(0, changes) && changes.empty();
}

void backwards(size_t count, const std::function<void(size_t)>& visit) {
  while (count-- > 0) visit(count);
}

void in_threads(size_t count, const std::function<void(size_t)>& visit) {
  std::atomic<size_t> next{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (size_t at = next++; at < count; at = next++) visit(at);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

std::string to_text(const Firing& firing, bool with_evidence) {
  std::string text =
      fmt::format("correlation {} at {} from {} group [{}] value={} events={}{}{} id={}", firing.correlation,
                  firing.time, firing.from, fmt::join(firing.group, ","), firing.value, firing.events,
                  with_evidence && firing.at_least ? " at least" : "", firing.settled ? " settled" : "",
                  std::string_view(firing.id.text()));
  if (!with_evidence) return text;
  text += fmt::format(" missing={}", firing.evidence_missing);
  for (const Evidence& evidence : firing.evidence)
    text += fmt::format(" ({} {} {} {} {} {} {})", std::string_view(evidence.id.text()), evidence.source,
                        evidence.time, evidence.input, evidence.line, evidence.offset, evidence.event);
  return text;
}

}  // namespace sigrun::differential
