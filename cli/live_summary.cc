#include "cli/live_summary.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "cli/terminal.h"

namespace sigrun::cli {
namespace {

// "outcomes" of correlations and times, each only where there was any.
std::string left_out(const LiveCounters& counters) {
  std::string text;
  const auto tell = [&](uint64_t count, std::string_view what) {
    if (count > 0) text += fmt::format("\n  {} {}", group_digits(count), what);
  };
  const CorrelationCounters& correlation = counters.correlation;
  tell(correlation.without_group, "left out: a group-by field was absent");
  tell(correlation.without_value, "left out: the field that is counted was absent");
  tell(correlation.values_not_numeric, "left out: values that are no numbers");
  tell(correlation.values_not_read, "left out: values that the analytic cannot use");
  tell(correlation.groups_beyond_limit, "left out: groups of one event beyond limits: correlation-groups-of-event");
  tell(correlation.values_cut, "values beyond 1e288 in sums and averages, taken for 1e288");
  tell(correlation.negative_values, "negative values in sums, which may have fired too early");
  tell(correlation.settled_early, "settled before their time: groups with more events than are kept");
  tell(correlation.not_restored, "groups of the saved state dropped: what they counted has changed");
  tell(correlation.late, "left out: too late for any window");
  tell(correlation.evicted, "groups evicted: the state's memory was full");
  tell(counters.times.late, "events late: behind their input's watermark");
  tell(counters.times.future,
       "events dated ahead of the clock or of the events around them: in no window if it is a day or more");
  tell(counters.times.timeless, "events without a time: they took that of the event before");
  tell(counters.inputs_beyond_limit, "calls for inputs beyond live: inputs, which share a clock");
  return text;
}

}  // namespace

std::string format_live_summary(const LiveCounters& counters, const DeliverySummary& delivery) {
  const Counters& events = counters.events;
  std::string text =
      fmt::format("events: in {} = processed {} + degraded {} + rejected {} + dropped {}",
                  group_digits(events.in), group_digits(events.processed), group_digits(events.degraded),
                  group_digits(events.rejected), group_digits(events.dropped));
  if (!events.balanced()) text += "\nwarning: these outcomes do not add up; please report this";
  if (events.rules_over_budget > 0)
    text += fmt::format(
        "\nover budget: {} stopped for taking too long; whether they match their events is unknown",
        counted(events.rules_over_budget, "evaluation"));
  if (events.unrecognised > 0)
    text += fmt::format("\nunrecognised: {}; no table knew them, so every rule that could fit was tried",
                        group_digits(events.unrecognised));
  if (counters.correlation_rules > 0)
    text += fmt::format("\ncorrelated: {} in {}{}", counted(counters.correlation.occurrences, "occurrence"),
                        counted(counters.correlation.groups_made, "group"), left_out(counters));
  uint64_t correlation_alerts = 0;
  for (const uint64_t count : counters.correlation_alerts_by_level) correlation_alerts += count;
  text += fmt::format("\nalerts: {} of detections, {} of correlations, {} of health; {} delivered",
                      group_digits(events.alerts()), group_digits(correlation_alerts),
                      group_digits(counters.queue.health), group_digits(delivery.delivered));
  if (counters.queue.held_back > 0)
    text += fmt::format(", {} held back (live: alert-rate)", group_digits(counters.queue.held_back));
  if (counters.queue.lost > 0)
    text += fmt::format(", {} lost (the queue was full)", group_digits(counters.queue.lost));
  if (counters.queue.alerts > 0)
    text +=
        fmt::format(", {} {}", group_digits(counters.queue.alerts),
                    delivery.spooled ? "left in the spool" : "lost: not delivered, and there is no --state");
  text += fmt::format("\nrules:  {} loaded, {} refused", group_digits(counters.rules),
                      group_digits(counters.refused));
  if (counters.correlation_rules > 0)
    text += fmt::format(", {}", counted(counters.correlation_rules, "correlation"));
  if (counters.kept > 0) text += fmt::format(", {} kept as they were", group_digits(counters.kept));
  if (counters.reloads + counters.reloads_refused > 0)
    text += fmt::format("\nreloads: {}, {} refused", group_digits(counters.reloads),
                        group_digits(counters.reloads_refused));
  return text;
}

std::string format_reload(const std::vector<RuleChange>& changes, const LiveEngine::TakenOver& groups,
                          const LiveCounters& counters) {
  constexpr std::array<std::string_view, 5> names = {"added", "changed", "removed", "refused",
                                                     "kept as they were"};
  std::array<size_t, 5> counts{};
  std::string lines;
  for (const RuleChange& change : changes) {
    ++counts[static_cast<size_t>(change.kind)];
    if (change.kind == RuleChange::Kind::refused || change.kind == RuleChange::Kind::kept)
      lines += "\n" + change.message + (change.kind == RuleChange::Kind::kept ? " (goes on as it was)" : "");
  }
  std::string text = fmt::format("{}", counted(counters.rules, "rule"));
  for (size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0) text += fmt::format(", {} {}", group_digits(counts[i]), names[i]);
  if (groups.kept + groups.dropped > 0)
    text += fmt::format("; correlations go on with {}", counted(groups.kept, "group"));
  if (groups.dropped > 0) text += fmt::format(", {} dropped", group_digits(groups.dropped));
  return text + lines;
}

}  // namespace sigrun::cli
