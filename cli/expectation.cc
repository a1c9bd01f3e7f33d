#include "cli/expectation.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "cli/test_time.h"
#include "event/timestamp.h"
#include "sigma/similar_name.h"

namespace sigrun::cli {
namespace {

constexpr size_t shown_alerts = 8;

bool read_count(const sigma::YamlEntry& entry, uint64_t& count, DiagnosticSink& sink) {
  const std::string& text = entry.value.text;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
  if (entry.value.kind == sigma::YamlKind::number && parsed.ec == std::errc() &&
      parsed.ptr == text.data() + text.size())
    return true;
  sink.error(entry.value.mark, fmt::format("`{}` is a whole number", entry.key));
  return false;
}

class DescriptionReader {
 public:
  DescriptionReader(const ExpectationScope& scope, DiagnosticSink& sink) : scope_(scope), sink_(sink) {}

  void read(const sigma::YamlNode& node, ExpectedAlerts& alerts) {
    alerts.mark = node.mark;
    for (const sigma::YamlEntry& entry : node.entries) read(entry, alerts);
    if (node.entries.empty()) sink_.error(node.mark, "say how many: {alerts: 1}");
    const sigma::YamlEntry* told = node.find_entry("value");
    if (!told) told = node.find_entry("events");
    if (told && node.find("alerts") && alerts.alerts == 0)
      sink_.error(told->key_mark,
                  fmt::format("`alerts: 0` says that there is none, so it has no `{}`; leave out one of both",
                              told->key));
  }

 private:
  void read(const sigma::YamlEntry& entry, ExpectedAlerts& alerts) {
    constexpr std::string_view keys[] = {"alerts", "group", "at", "value", "events"};
    if (entry.key == "alerts") {
      read_count(entry, alerts.alerts, sink_);
    } else if (entry.key == "at") {
      read_time(entry, alerts);
    } else if (std::find(std::begin(keys), std::end(keys), entry.key) == std::end(keys)) {
      const std::string_view meant = sigma::similar_key(entry.key, keys);
      sink_.error(entry.key_mark,
                  fmt::format("`expect` has no key `{}`; {}", entry.key,
                              meant.empty() ? std::string("it has alerts, group, at, value and events")
                                            : fmt::format("did you mean {}?", meant)));
    } else if (!scope_.correlation) {
      sink_.error(entry.key_mark, fmt::format("only alerts of a correlation have `{}`", entry.key));
    } else if (entry.key == "group") {
      read_group(entry, alerts);
    } else if (entry.key == "value") {
      read_value(entry, alerts);
    } else {
      read_count(entry, alerts.events.emplace(0), sink_);
    }
  }

  void read_time(const sigma::YamlEntry& entry, ExpectedAlerts& alerts) {
    const std::string_view text = entry.value.text;
    const bool relative = text.starts_with('+') || text.starts_with('-');
    if (relative && !scope_.start) {
      sink_.error(entry.value.mark, "`at` counts from the start of a timeline; this test has none");
      return;
    }
    if (entry.value.is_scalar()) alerts.at = parse_test_time(text, scope_.start.value_or(0));
    if (!alerts.at)
      sink_.error(entry.value.mark,
                  "`at` is the time of the alert: +10s from the start, or 2026-11-20T09:00:10Z");
  }

  void read_group(const sigma::YamlEntry& entry, ExpectedAlerts& alerts) {
    if (!entry.value.is_map() || entry.value.entries.empty()) {
      sink_.error(entry.value.mark, "`group` is a map of the group-by fields to their values: {User: alice}");
      return;
    }
    for (const sigma::YamlEntry& field : entry.value.entries) {
      if (std::find(scope_.group_by.begin(), scope_.group_by.end(), field.key) == scope_.group_by.end())
        sink_.error(field.key_mark,
                    scope_.group_by.empty()
                        ? "the correlation has no group-by, so its alerts have no group"
                        : fmt::format("the correlation does not group by '{}'; it groups by {}", field.key,
                                      fmt::join(scope_.group_by, ", ")));
      else if (!field.value.is_scalar() || field.value.is_null())
        sink_.error(field.value.mark, "a value of the group is one text or number");
      else
        alerts.group.emplace_back(field.key, field.value.text);
    }
  }

  void read_value(const sigma::YamlEntry& entry, ExpectedAlerts& alerts) {
    double value = 0;
    const std::string& text = entry.value.text;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (entry.value.kind == sigma::YamlKind::number && parsed.ec == std::errc() &&
        parsed.ptr == text.data() + text.size())
      alerts.value = value;
    else
      sink_.error(entry.value.mark, "`value` is the number that the condition compares");
  }

  const ExpectationScope& scope_;
  DiagnosticSink& sink_;
};

// Decimal fractions have no exact doubles, and what is summed up is rounded on the way.
bool is_near(double a, double b) { return std::fabs(a - b) <= 1e-9 * std::max(std::fabs(a), std::fabs(b)); }

bool is_described(const SeenAlert& seen, const ExpectedAlerts& alerts) {
  const bool same_group = std::all_of(alerts.group.begin(), alerts.group.end(), [&](const auto& value) {
    return std::find(seen.group.begin(), seen.group.end(), value) != seen.group.end();
  });
  return same_group && (!alerts.at || alerts.at == seen.time) &&
         (!alerts.value || is_near(*alerts.value, seen.value)) &&
         (!alerts.events || *alerts.events == seen.events);
}

std::string describe(const GroupValues& group) {
  std::string text;
  for (const auto& [field, value] : group)
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", field, value);
  return text;
}

std::string describe_time(int64_t time, std::optional<int64_t> start) {
  return start ? format_offset(time - *start) : std::string(std::string_view(format_time(time)));
}

}  // namespace

std::optional<Expectation> read_expectation(const sigma::YamlNode& node, const ExpectationScope& scope,
                                            DiagnosticSink& sink) {
  Expectation expectation;
  if (node.is_text() && (node.text == "match" || node.text == "no match")) {
    expectation.match = node.text == "match";
    return expectation;
  }
  const size_t errors = sink.error_count();
  DescriptionReader reader(scope, sink);
  if (node.is_map()) reader.read(node, expectation.described.emplace_back());
  for (const sigma::YamlNode& item : node.items) {
    if (item.is_map())
      reader.read(item, expectation.described.emplace_back());
    else
      sink.error(item.mark, "each item of `expect` is a map such as {alerts: 1, group: {User: alice}}");
  }
  if (expectation.described.empty() && sink.error_count() == errors)
    sink.error(node.mark,
               "`expect` is `match`, `no match`, or what the alerts are: {alerts: 1, group: {User: alice}}");
  if (sink.error_count() > errors) return {};
  return expectation;
}

bool is_met(const Expectation& expectation, std::span<const SeenAlert> seen) {
  const auto& described = expectation.described;
  if (described.empty()) return expectation.match ? seen.size() >= expectation.at_least : seen.empty();
  for (const ExpectedAlerts& alerts : described) {
    const auto count = std::count_if(seen.begin(), seen.end(),
                                     [&](const SeenAlert& alert) { return is_described(alert, alerts); });
    if (static_cast<uint64_t>(count) != alerts.alerts) return false;
  }
  return std::all_of(seen.begin(), seen.end(), [&](const SeenAlert& alert) {
    return std::any_of(described.begin(), described.end(),
                       [&](const ExpectedAlerts& alerts) { return is_described(alert, alerts); });
  });
}

std::string describe(const Expectation& expectation, std::optional<int64_t> start) {
  if (expectation.described.empty())
    return !expectation.match         ? "no match"
           : expectation.at_least > 1 ? fmt::format("{} matches", expectation.at_least)
                                      : "match";
  std::string text;
  for (const ExpectedAlerts& alerts : expectation.described) {
    text +=
        fmt::format("{}{} alert{}", text.empty() ? "" : "; ", alerts.alerts, alerts.alerts == 1 ? "" : "s");
    if (!alerts.group.empty()) text += " of " + describe(alerts.group);
    if (alerts.at) text += " at " + describe_time(*alerts.at, start);
    if (alerts.value) text += fmt::format(", value {}", *alerts.value);
    if (alerts.events) text += fmt::format(", events {}", *alerts.events);
  }
  return text;
}

std::string describe(std::span<const SeenAlert> seen, std::optional<int64_t> start) {
  if (seen.empty()) return "no match";
  std::string text = seen.size() == 1 ? "1 alert" : fmt::format("{} alerts", seen.size());
  for (size_t i = 0; i < std::min(seen.size(), shown_alerts); ++i) {
    const SeenAlert& alert = seen[i];
    std::string one = describe(alert.group);
    if (alert.time) one += (one.empty() ? "" : " at ") + describe_time(*alert.time, start);
    if (alert.correlation)
      one += fmt::format("{}value {}, events {}", one.empty() ? "" : ", ", alert.value, alert.events);
    text += (i == 0 ? ": " : "; ") + (one.empty() ? "without a time" : one);
  }
  return seen.size() > shown_alerts ? text + "; …" : text;
}

}  // namespace sigrun::cli
