#include "cli/run_test.h"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <optional>

#include "cli/expectation.h"
#include "cli/terminal.h"
#include "cli/test_time.h"
#include "cli/timeline.h"
#include "event/timestamp.h"
#include "scan.h"

namespace sigrun::cli {
namespace {

constexpr size_t most_others = 5;

// What one piece of input did.
struct Observation {
  std::vector<SeenAlert> alerts;  // of the rule under test
  std::map<std::string, uint64_t>
      others;           // titles of other rules that fired, and how often: shows what is going on
  std::string problem;  // the events could not be read
  uint64_t events = 0, unrecognised = 0;
};

bool same_rule(const RuleInfo& a, const RuleInfo& b) {
  return &a == &b || (a.file == b.file && a.line == b.line);
}

SeenAlert seen_alert(const Alert& alert) {
  SeenAlert seen;
  seen.time = parse_event_time(alert.time, false, 0);
  if (alert.kind != AlertKind::correlation) return seen;
  const Firing& firing = *alert.firing;
  const std::vector<std::string>& group_by = alert.correlation->group_by;
  seen.correlation = true;
  seen.time = firing.time;
  for (size_t i = 0; i < group_by.size(); ++i) seen.group.emplace_back(group_by[i], firing.group[i]);
  seen.value = firing.value;
  seen.events = firing.events;
  return seen;
}

Observation observe(const Engine& engine, const RuleInfo& rule, const std::string* text,
                    const std::string& path, std::optional<int64_t> now) {
  Observation seen;
  ScanObserver observer;
  observer.alert = [&](const Alert& alert) {
    if (alert.kind == AlertKind::health) {
      if (same_rule(*alert.rule, rule) && seen.problem.empty()) seen.problem = alert.message;
    } else if (same_rule(*alert.rule, rule)) {
      seen.alerts.push_back(seen_alert(alert));
    } else {
      ++seen.others[alert.rule->title];
    }
  };
  observer.rejected = [&](const std::string&, const Rejection& rejection) {
    if (seen.problem.empty())
      seen.problem = fmt::format("an event was rejected: {} (line {})", rejection.reason, rejection.line);
  };
  observer.input_error = [&](const std::string&, const std::string& message) { seen.problem = message; };
  ScanOptions options;
  options.threads = 1;
  options.now = now;
  const ScanResult result =
      text ? scan_text(engine, *text, "test", options, observer) : scan(engine, {path}, options, observer);
  seen.events = result.counters.in;
  seen.unrecognised = result.counters.unrecognised;
  if (seen.events == 0 && seen.problem.empty())
    seen.problem = text ? "the text holds no event" : path + ": holds no event";
  return seen;
}

std::string describe_others(const std::map<std::string, uint64_t>& others) {
  std::string text;
  size_t shown = 0;
  for (const auto& [title, count] : others) {
    if (++shown > most_others) return text + ", …";
    text += (text.empty() ? "" : ", ") + title;
    if (count > 1) text += fmt::format(" ({} times)", count);
  }
  return text;
}

std::string describe_miss(const Observation& seen, const RuleTest& test, std::optional<int64_t> start) {
  std::string text;
  if (test.timeline || !test.expect.described.empty())
    text = describe(seen.alerts, start);
  else if (!test.expect.match)
    text = "match";
  else
    text = seen.alerts.empty() ? "no match"
                               : fmt::format("{} of {} matches", seen.alerts.size(), test.expect.at_least);
  if (!seen.alerts.empty() && !test.timeline) return text;
  if (seen.unrecognised > 0 && seen.alerts.empty())
    text += seen.events == 1 ? "; no log source table recognised the event"
                             : fmt::format("; no log source table recognised {} of {} events",
                                           seen.unrecognised, seen.events);
  if (!seen.others.empty())
    text +=
        (test.timeline ? "; other rules that fired: " : "; fired instead: ") + describe_others(seen.others);
  return text;
}

std::string describe_timeline(const TimelineEvents& events, int64_t start) {
  return fmt::format("{} from {} to {}; the first to arrive: {}", counted(events.count, "event"),
                     format_offset(events.first - start), format_offset(events.last - start),
                     std::string_view(events.text).substr(0, events.text.find('\n')));
}

// What a test runs: each text by itself, or a file.
struct Pieces {
  std::vector<std::string> texts;
  std::string file;
  std::string shown;           // where it is not clear which piece to show
  std::optional<int64_t> now;  // of a timeline, whose times are meant as they are written
};

// Empty where there is nothing to run; then `result` says why.
std::optional<Pieces> pieces_of(const Engine& engine, const RuleTest& test, TestResult& result) {
  if (!test.timeline) {
    Pieces pieces{test.events, test.events_file, {}, {}};
    pieces.shown = test.events_file.empty() ? test.events.front() : test.events_file;
    return pieces;
  }
  DiagnosticSink sink(test.file);
  auto events = make_events(*test.timeline, engine, sink);
  if (events)
    return Pieces{{events->text}, {}, describe_timeline(*events, test.timeline->start), events->end};
  result.outcome = TestResult::Outcome::error;
  result.got = sink.diagnostics().front().message;
  result.line = sink.diagnostics().front().mark.line;
  result.column = sink.diagnostics().front().mark.column;
  return {};
}

}  // namespace

TestResult run_test(const Engine& engine, const RuleInfo& rule, const RuleTest& test) {
  TestResult result;
  result.rule_title = rule.title;
  result.rule_file = rule.file;
  result.file = test.file;
  result.line = test.mark.line;
  result.name = test.name;
  const auto started = std::chrono::steady_clock::now();
  const auto input = pieces_of(engine, test, result);
  if (!input) return result;
  const size_t pieces = input->file.empty() ? input->texts.size() : 1;
  Observation all;
  std::string first_match;
  for (size_t i = 0; i < pieces; ++i) {
    const std::string* text = input->file.empty() ? &input->texts[i] : nullptr;
    const Observation seen = observe(engine, rule, text, input->file, input->now);
    if (!seen.problem.empty()) {
      result.outcome = TestResult::Outcome::error;
      result.got = pieces > 1 ? fmt::format("event {}: {}", i + 1, seen.problem) : seen.problem;
      break;
    }
    if (!seen.alerts.empty() && first_match.empty() && !test.timeline)
      first_match = text ? *text : input->file;
    all.alerts.insert(all.alerts.end(), seen.alerts.begin(), seen.alerts.end());
    all.events += seen.events;
    all.unrecognised += seen.unrecognised;
    for (const auto& [title, count] : seen.others) all.others[title] += count;
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  if (result.outcome == TestResult::Outcome::error || is_met(test.expect, all.alerts)) return result;
  const std::optional<int64_t> start = test.timeline ? std::optional(test.timeline->start) : std::nullopt;
  result.outcome = TestResult::Outcome::failed;
  result.expected = describe(test.expect, start);
  result.got = describe_miss(all, test, start);
  result.event = first_match.empty() ? input->shown : first_match;
  return result;
}

}  // namespace sigrun::cli
