#include "host_metrics.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "host.h"

namespace sigrun::fluentbit {

namespace {

constexpr int64_t interval = 10'000'000'000;

// `sigrun_` and `_total` are put around.
constexpr const char* counters[] = {"event_bytes",
                                    "events_unrecognised",
                                    "rules_over_budget",
                                    "reloads",
                                    "reloads_refused",
                                    "late_events",
                                    "late_occurrences",
                                    "future_events",
                                    "timeless_events",
                                    "evicted_groups",
                                    "inputs_beyond_limit",
                                    "alerts_queued",
                                    "alerts_taken",
                                    "alerts_lost",
                                    "alerts_held_back",
                                    "health_alerts",
                                    "spool_damaged",
                                    "snapshots",
                                    "snapshots_failed",
                                    "filter_field_taken",
                                    "filter_unreadable_chunks",
                                    "filter_not_annotated",
                                    "filter_passed"};
constexpr const char* gauges[] = {"ready",
                                  "reload_success",
                                  "reload_timestamp_seconds",
                                  "watermark_lag_seconds",
                                  "state_bytes",
                                  "state_groups",
                                  "behind_bytes",
                                  "inputs",
                                  "queue_alerts",
                                  "queue_bytes"};

using Values = std::map<std::string, double, std::less<>>;

// Of several engines: that one is not ready must be seen; all else is added up.
void put(Values& values, std::string_view name, double value) {
  const auto [at, fresh] = values.emplace(name, value);
  if (fresh) return;
  if (name == "sigrun_ready" || name == "sigrun_reload_success")
    at->second = std::min(at->second, value);
  else if (name.ends_with("_seconds"))
    at->second = std::max(at->second, value);
  else
    at->second += value;
}

void read_text(std::string_view text, Values& values) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t space = line.rfind(' ');
    if (line.starts_with('#') || space == std::string_view::npos) continue;
    double value;
    const auto read = std::from_chars(line.data() + space + 1, line.data() + line.size(), value);
    if (read.ec == std::errc()) put(values, line.substr(0, space), value);
  }
}

}  // namespace

HostMetrics::HostMetrics(void* context, std::string config) : context_(context), config_(std::move(config)) {
  if (!context_ || !cmt_counter_create || !cmt_counter_set || !cmt_counter_allow_reset || !cmt_gauge_create ||
      !cmt_gauge_set)
    return;
  add("events_total", true, "outcome", {"processed", "degraded", "rejected", "dropped"});
  add("alerts_total", true, "level", {"none", "informational", "low", "medium", "high", "critical"});
  add("rules", false, "state", {"detection", "correlation", "refused", "kept"});
  for (const char* name : counters) add((std::string(name) + "_total").c_str(), true, nullptr, {""});
  for (const char* name : gauges) add(name, false, nullptr, {""});
}

void HostMetrics::add(const char* name, bool counter, const char* label, std::vector<const char*> values) {
  const char* keys[] = {"config", label};
  const int count = label ? 2 : 1;
  constexpr const char* help = "docs/metrics.md of sigrun";
  void* metric = counter ? cmt_counter_create(context_, "sigrun", "", name, help, count, keys)
                         : cmt_gauge_create(context_, "sigrun", "", name, help, count, keys);
  if (!metric) return;
  if (counter) cmt_counter_allow_reset(metric);
  for (const char* value : values) {
    std::string written = std::string("sigrun_") + name;
    if (label) written += std::string("{") + label + "=\"" + value + "\"}";
    set(series_.emplace(std::move(written), Series{metric, counter, value}).first->second, 0);
  }
}

void HostMetrics::set(const Series& series, double value) {
  const char* labels[] = {config_.c_str(), series.label.c_str()};
  const int count = series.label.empty() ? 1 : 2;
  const uint64_t now = static_cast<uint64_t>(wall_clock());
  if (series.counter)
    cmt_counter_set(series.metric, now, value, count, labels);
  else
    cmt_gauge_set(series.metric, now, value, count, labels);
}

void HostMetrics::update(const std::vector<std::shared_ptr<SharedEngine>>& engines, int64_t now) {
  if (series_.empty() || now < next_) return;
  next_ = now + interval;
  Values values;
  for (const auto& shared : engines) {
    if (const std::shared_ptr<sigrun_engine> engine = shared->get()) {
      std::string text;
      sigrun_write_metrics(
          engine.get(), nullptr,
          [](const char* part, size_t size, void* user) {
            static_cast<std::string*>(user)->append(part, size);
          },
          &text);
      read_text(text, values);
    } else {
      put(values, "sigrun_ready", 0);
    }
    put(values, "sigrun_filter_field_taken_total", static_cast<double>(shared->counts.field_taken));
    put(values, "sigrun_filter_unreadable_chunks_total",
        static_cast<double>(shared->counts.unreadable_chunks));
    put(values, "sigrun_filter_not_annotated_total", static_cast<double>(shared->counts.not_annotated));
    put(values, "sigrun_filter_passed_total", static_cast<double>(shared->counts.passed));
  }
  for (const auto& [name, value] : values)
    if (const auto at = series_.find(name); at != series_.end()) set(at->second, value);
}

}  // namespace sigrun::fluentbit
