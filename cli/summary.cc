#include "cli/summary.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "cli/terminal.h"

namespace sigrun::cli {
namespace {

constexpr size_t listed_key_sets = 3;
constexpr size_t key_set_width = 100;

std::string speed(const ScanResult& result, double seconds) {
  const double span = std::max(seconds, 1e-6);
  return fmt::format("{:.2f} s, {} events/s, {:.1f} MB/s", seconds,
                     group_digits(static_cast<uint64_t>(static_cast<double>(result.counters.in) / span)),
                     static_cast<double>(result.counters.bytes) / span / 1e6);
}

std::string alerts_by_level(const Counters& counters) {
  std::string text;
  for (size_t i = counters.alerts_by_level.size(); i-- > 0;) {
    if (counters.alerts_by_level[i] == 0) continue;
    const auto name = sigma::level_name(static_cast<sigma::Level>(i));
    text +=
        fmt::format("{}{} {}", text.empty() ? " (" : ", ", name.empty() ? "without level" : std::string(name),
                    group_digits(counters.alerts_by_level[i]));
  }
  return text.empty() ? text : text + ")";
}

std::string unrecognised(const Counters& counters) {
  const uint64_t matched = counters.processed + counters.degraded;
  std::string text = fmt::format(
      "\nunrecognised: {} of {} ({:.1f} %); no table knew them, so every rule that could fit was tried",
      group_digits(counters.unrecognised), group_digits(matched),
      100.0 * static_cast<double>(counters.unrecognised) /
          static_cast<double>(std::max<uint64_t>(matched, 1)));
  std::vector<std::pair<std::string, uint64_t>> sets(counters.unrecognised_keys.begin(),
                                                     counters.unrecognised_keys.end());
  std::stable_sort(sets.begin(), sets.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  for (size_t i = 0; i < std::min(sets.size(), listed_key_sets); ++i) {
    text += fmt::format("\n  {} with the keys {}", group_digits(sets[i].second),
                        cut_to_width(printable(sets[i].first), key_set_width));
  }
  return text;
}

std::string envelope_fields(const EnvelopeFields& fields) {
  return fmt::format("\nenvelopes: {} with fields beside their events that no rule saw, such as {}",
                     group_digits(fields.envelopes), cut_to_width(printable(fields.example), key_set_width));
}

// What correlations left out or let go of, each only where there was any.
std::string correlations(const ScanResult& result) {
  const CorrelationCounters& counters = result.correlation;
  std::string text = fmt::format("\ncorrelated: {} in {}", counted(counters.occurrences, "occurrence"),
                                 counted(counters.groups_made, "group"));
  auto tell = [&](uint64_t count, std::string_view what) {
    if (count > 0) text += fmt::format("\n  {} {}", group_digits(count), what);
  };
  tell(counters.without_group, "left out: a group-by field was absent");
  tell(counters.without_value, "left out: the field that is counted was absent");
  tell(counters.values_not_numeric, "values left out: no number");
  tell(counters.values_cut, "values beyond 1e288 in sums and averages, taken for 1e288");
  tell(counters.values_not_read, "values left out: nothing that the analytic can use");
  tell(counters.shadowed, "findings in the shadow: no alerts");
  tell(counters.negative_values, "negative values in sums that only lower bounds decide");
  tell(counters.groups_beyond_limit,
       "groups left out: more combinations of array elements than one event may enter");
  tell(counters.late, "left out: too late for any window");
  tell(counters.settled_early, "settled before their time: groups with more events than are kept");
  tell(counters.not_restored, "groups of the saved state dropped: what they counted has changed");
  tell(counters.evidence_named,
       "events kept as evidence without their text: the memory for evidence reaches less far back than "
       "windows");
  tell(counters.evicted, "groups evicted: the state's memory was full");
  tell(result.times.late, "events late: behind their input's watermark");
  tell(result.times.future,
       "events dated ahead of the clock or of the events around them: in no window if it is a day or more");
  tell(result.times.timeless, "events without a time: they took that of the event before");
  tell(result.times.segments, "jumps back in time: windows were closed there");
  return text;
}

}  // namespace

std::string format_summary(const LoadReport& report, const ScanResult& result, double seconds,
                           const UnwrittenAlerts& unwritten) {
  const Counters& counters = result.counters;
  std::string text = fmt::format("events: in {} = processed {} + degraded {} + rejected {} + dropped {}",
                                 group_digits(counters.in), group_digits(counters.processed),
                                 group_digits(counters.degraded), group_digits(counters.rejected),
                                 group_digits(counters.dropped));
  if (!counters.balanced()) text += "\nwarning: these outcomes do not add up; please report this";
  if (counters.dropped > 0)
    text += fmt::format("\ndropped: {} outside --from/--to", group_digits(counters.dropped));
  if (result.rejections_not_shown > 0) {
    text += fmt::format("\nrejected: {} more than listed above", group_digits(result.rejections_not_shown));
  }
  if (counters.rules_over_budget > 0) {
    text += fmt::format(
        "\nover budget: {} stopped for taking too long; whether they match their events is unknown",
        counted(counters.rules_over_budget, "evaluation"));
  }
  if (counters.unrecognised > 0) text += unrecognised(counters);
  if (counters.envelope_fields.envelopes > 0) text += envelope_fields(counters.envelope_fields);
  if (report.correlations > 0) text += correlations(result);
  text += fmt::format("\nalerts: {}{}", group_digits(counters.alerts()), alerts_by_level(counters));
  if (unwritten.count > 0) {
    text += fmt::format("; {} below {} not written (output: min-level)", group_digits(unwritten.count),
                        sigma::level_name(unwritten.below));
  }
  text += fmt::format("\nrules:  {} loaded, {} refused", group_digits(report.loaded),
                      group_digits(report.refused));
  if (report.correlations > 0) text += fmt::format(", {}", counted(report.correlations, "correlation"));
  if (report.deselected > 0) text += fmt::format(", {} not selected", group_digits(report.deselected));
  if (!report.muted.empty())
    text += fmt::format(", {} muted by correlations", group_digits(report.muted.size()));
  text += fmt::format("\ninput:  {} in {}", counted(result.inputs, "input"), speed(result, seconds));
  if (result.input_errors > 0)
    text += fmt::format("; {} could not be read to the end", group_digits(result.input_errors));
  if (result.stopped) text += "\nstopped before the end of the input";
  return text;
}

}  // namespace sigrun::cli
