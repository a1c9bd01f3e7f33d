#include "live/metrics.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace sigrun {
namespace {

class Text {
 public:
  explicit Text(std::string_view labels) : labels_(labels) {}

  void describe(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(text), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  // `label`: its value is escaped.
  template <class Value>
  void sample(Value value, std::string_view label = {}, std::string_view label_value = {}) {
    text += name_;
    if (!labels_.empty() || !label.empty()) {
      text += '{';
      text += labels_;
      if (!label.empty()) {
        if (!labels_.empty()) text += ',';
        text += label;
        text += "=\"";
        for (char c : label_value) {
          if (c == '\n') {
            text += "\\n";
            continue;
          }
          if (c == '"' || c == '\\') text += '\\';
          text += c;
        }
        text += '"';
      }
      text += '}';
    }
    fmt::format_to(std::back_inserter(text), " {}\n", value);
  }
  template <class Value>
  void one(std::string_view name, std::string_view type, std::string_view help, Value value) {
    describe(name, type, help);
    sample(value);
  }

  std::string text;

 private:
  std::string_view labels_, name_;
};

std::string_view level_label(size_t level) {
  const std::string_view name = sigma::level_name(static_cast<sigma::Level>(level));
  return name.empty() ? "none" : name;
}

double seconds(int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e9; }

}  // namespace

std::string prometheus_text(const LiveEngine& engine, std::string_view labels, std::string_view version) {
  const LiveCounters counters = engine.counters();
  Text out(labels);
  out.describe("sigrun_build_info", "gauge", "The version that runs.");
  out.sample(1, "version", version);
  out.one("sigrun_ready", "gauge", "1: rules are loaded. 0: events pass unmatched.", counters.ready ? 1 : 0);

  out.describe("sigrun_events_total", "counter", "Events by what became of them; each has one outcome.");
  out.sample(counters.events.processed, "outcome", "processed");
  out.sample(counters.events.degraded, "outcome", "degraded");
  out.sample(counters.events.rejected, "outcome", "rejected");
  out.sample(counters.events.dropped, "outcome", "dropped");
  out.one("sigrun_event_bytes_total", "counter", "Bytes of events.", counters.events.bytes);
  out.one("sigrun_events_unrecognised_total", "counter",
          "Events that no log source table knows; they were tried against every rule.",
          counters.events.unrecognised);
  out.one("sigrun_rules_over_budget_total", "counter",
          "Rules that were stopped on an event for taking too long.", counters.events.rules_over_budget);

  out.describe("sigrun_alerts_total", "counter", "Alerts of detections and correlations by level.");
  for (size_t level = 0; level < counters.events.alerts_by_level.size(); ++level)
    out.sample(counters.events.alerts_by_level[level] + counters.correlation_alerts_by_level[level], "level",
               level_label(level));
  out.describe("sigrun_rule_matches_total", "counter", "Events that a detection rule matched.");
  for (const auto& [rule, matches] : engine.rule_matches()) out.sample(matches, "rule_id", rule->id);

  out.describe("sigrun_rules", "gauge",
               "Rules by state: detections and correlations that run, documents that were refused, files "
               "that go on as they were.");
  out.sample(counters.rules, "state", "detection");
  out.sample(counters.correlation_rules, "state", "correlation");
  out.sample(counters.refused, "state", "refused");
  out.sample(counters.kept, "state", "kept");
  out.one("sigrun_reload_success", "gauge", "Whether the last load of the rules succeeded.",
          counters.reload_success ? 1 : 0);
  out.one("sigrun_reload_timestamp_seconds", "gauge", "When rules were loaded last; 0: never.",
          seconds(counters.reload_time));
  out.one("sigrun_reloads_total", "counter", "Reloads that succeeded.", counters.reloads);
  out.one("sigrun_reloads_refused_total", "counter", "Reloads that were refused or failed.",
          counters.reloads_refused);

  out.one("sigrun_watermark_lag_seconds", "gauge",
          "By how much the time of correlations is behind the wall clock; -1: no event yet.",
          counters.watermark_lag < 0 ? -1.0 : seconds(counters.watermark_lag));
  out.one("sigrun_state_bytes", "gauge", "Memory of correlations' groups.", counters.correlation.bytes);
  out.one("sigrun_state_groups", "gauge", "Groups that correlations hold.", counters.correlation.groups);
  out.one("sigrun_late_events_total", "counter", "Events behind their input's watermark.",
          counters.times.late);
  out.one("sigrun_late_occurrences_total", "counter",
          "Occurrences that came too late for what their group still holds, and were left out.",
          counters.correlation.late);
  out.one("sigrun_future_events_total", "counter",
          "Events with a time ahead of the wall clock, or alone ahead of others.", counters.times.future);
  out.one("sigrun_timeless_events_total", "counter", "Events without a time.", counters.times.timeless);
  out.one("sigrun_evicted_groups_total", "counter",
          "Groups of correlations that were dropped for their memory.", counters.correlation.evicted);
  const CorrelationCounters& correlation = counters.correlation;
  out.one("sigrun_expired_groups_total", "counter", "Groups that no window could hold any more.",
          correlation.expired);
  out.one("sigrun_settled_early_total", "counter", "Events that a full group let go of before their time.",
          correlation.settled_early);
  out.one("sigrun_evidence_named_total", "counter", "Events of evidence of which the text was not kept.",
          correlation.evidence_named);
  out.one("sigrun_groups_not_restored_total", "counter", "Saved groups that no correlation goes on with.",
          correlation.not_restored);
  out.one(
      "sigrun_reload_left_out_total", "counter",
      "Matches that were on their way to correlations when rules were reloaded, of rules that nothing counts "
      "any more.",
      counters.reload_left_out);
  out.one("sigrun_clocks_dropped_total", "counter",
          "Saved clocks of inputs that had not come back, dropped for being too many.",
          counters.clocks_dropped);
  out.describe("sigrun_correlation_left_out_total", "counter",
               "What did not enter a correlation, by reason.");
  out.sample(correlation.without_group, "reason", "no-group");
  out.sample(correlation.without_value, "reason", "no-value");
  out.sample(correlation.values_not_numeric, "reason", "not-numeric");
  out.sample(correlation.values_not_read, "reason", "not-read");
  out.sample(correlation.groups_beyond_limit, "reason", "too-many-groups");
  out.one("sigrun_values_cut_total", "counter", "Values beyond 1e288 in sums and averages, taken for 1e288.",
          correlation.values_cut);
  out.one("sigrun_negative_values_total", "counter", "Negative values in sums that are decided on arrival.",
          correlation.negative_values);
  out.one("sigrun_behind_bytes", "gauge", "What waits for the correlations.", counters.behind_bytes);
  out.one("sigrun_inputs", "gauge", "Inputs with a clock of their own.", counters.inputs);
  out.one("sigrun_inputs_beyond_limit_total", "counter", "Calls for inputs that share a clock.",
          counters.inputs_beyond_limit);

  out.one("sigrun_queue_alerts", "gauge", "Alerts that wait to be delivered and acknowledged.",
          counters.queue.alerts);
  out.one("sigrun_queue_bytes", "gauge", "Bytes of the alert queue, or of the spool on disk.",
          counters.queue.bytes);
  out.one("sigrun_alerts_queued_total", "counter", "Alerts put into the queue.", counters.queue.queued);
  out.one("sigrun_alerts_taken_total", "counter", "Alerts that the host has taken from the queue.",
          counters.queue.taken);
  out.one("sigrun_alerts_lost_total", "counter", "Alerts that the queue had no room for.",
          counters.queue.lost);
  out.one("sigrun_alerts_held_back_total", "counter", "Alerts held back by the rate limit of their rule.",
          counters.queue.held_back);
  out.one("sigrun_health_alerts_total", "counter", "Alerts of the kind health.", counters.queue.health);
  out.one("sigrun_spool_damaged_total", "counter", "Places of the alert spool that could not be read.",
          counters.queue.damaged);
  out.one("sigrun_snapshots_total", "counter", "Snapshots of the state that were written.",
          counters.snapshots);
  out.one("sigrun_snapshots_failed_total", "counter", "Snapshots of the state that could not be written.",
          counters.snapshots_failed);
  out.one("sigrun_spool_syncs_failed_total", "counter",
          "Times that the alert spool could not be forced to the disk.", counters.spool_syncs_failed);
  out.one("sigrun_metrics_failed_total", "counter", "Times that the metrics file could not be written.",
          counters.metrics_failed);
  return std::move(out.text);
}

}  // namespace sigrun
