#include "engine_stats.h"

#include "host.h"

#include "stats/stats-cluster-single.h"
#include "stats/stats-registry.h"

/* What is not in the struct. */
enum { READY = -1, RULES = -2, REFUSED = -3 };

static const struct {
  const char *name, *label, *value; /* label and its value: null, or as in docs/metrics.md */
  long place;                       /* in sigrun_counters */
} counters[] = {
    {"sigrun_ready", NULL, NULL, READY},
    {"sigrun_rules", "state", "detection", RULES},
    {"sigrun_rules", "state", "refused", REFUSED},
    {"sigrun_events_total", "outcome", "processed", offsetof(sigrun_counters, processed)},
    {"sigrun_events_total", "outcome", "degraded", offsetof(sigrun_counters, degraded)},
    {"sigrun_events_total", "outcome", "rejected", offsetof(sigrun_counters, rejected)},
    {"sigrun_events_total", "outcome", "dropped", offsetof(sigrun_counters, dropped)},
    {"sigrun_event_bytes_total", NULL, NULL, offsetof(sigrun_counters, bytes)},
    {"sigrun_events_unrecognised_total", NULL, NULL, offsetof(sigrun_counters, unrecognised)},
    {"sigrun_detection_alerts_total", NULL, NULL, offsetof(sigrun_counters, alerts)},
    {"sigrun_correlation_alerts_total", NULL, NULL, offsetof(sigrun_counters, correlation_alerts)},
    {"sigrun_health_alerts_total", NULL, NULL, offsetof(sigrun_counters, health_alerts)},
    {"sigrun_late_events_total", NULL, NULL, offsetof(sigrun_counters, late)},
    {"sigrun_future_events_total", NULL, NULL, offsetof(sigrun_counters, future)},
    {"sigrun_timeless_events_total", NULL, NULL, offsetof(sigrun_counters, timeless)},
    {"sigrun_evicted_groups_total", NULL, NULL, offsetof(sigrun_counters, evicted)},
    {"sigrun_state_bytes", NULL, NULL, offsetof(sigrun_counters, state_bytes)},
    {"sigrun_behind_bytes", NULL, NULL, offsetof(sigrun_counters, behind_bytes)},
    {"sigrun_queue_alerts", NULL, NULL, offsetof(sigrun_counters, queue_alerts)},
    {"sigrun_queue_bytes", NULL, NULL, offsetof(sigrun_counters, queue_bytes)},
    {"sigrun_alerts_queued_total", NULL, NULL, offsetof(sigrun_counters, alerts_queued)},
    {"sigrun_alerts_taken_total", NULL, NULL, offsetof(sigrun_counters, alerts_taken)},
    {"sigrun_alerts_lost_total", NULL, NULL, offsetof(sigrun_counters, alerts_lost)},
    {"sigrun_alerts_held_back_total", NULL, NULL, offsetof(sigrun_counters, alerts_held_back)},
    {"sigrun_reloads_total", NULL, NULL, offsetof(sigrun_counters, reloads)},
    {"sigrun_reloads_refused_total", NULL, NULL, offsetof(sigrun_counters, reloads_refused)},
    {"sigrun_snapshots_total", NULL, NULL, offsetof(sigrun_counters, snapshots)},
    {"sigrun_snapshots_failed_total", NULL, NULL, offsetof(sigrun_counters, snapshots_failed)},
    {"sigrun_inputs", NULL, NULL, offsetof(sigrun_counters, inputs)},
    {"sigrun_inputs_beyond_limit_total", NULL, NULL, offsetof(sigrun_counters, inputs_beyond_limit)},
};

struct engine_stats {
  gchar* name;
  StatsCounterItem* items[G_N_ELEMENTS(counters)];
};

/* Before 4.2 a counter has a component, an id and an instance; then a name and labels, and the former as an alias for those who ask for it. */
static void change(engine_stats* self, gsize i, gboolean registers) {
  gchar* const id = counters[i].value ? g_strconcat(counters[i].name, "_", counters[i].value, NULL)
                                      : g_strdup(counters[i].name);
  StatsClusterKey key;
#if HOST_HAS_WORKERS
  StatsClusterLabel labels[2] = {stats_cluster_label("config", self->name)};
  if (counters[i].label) labels[1] = stats_cluster_label(counters[i].label, counters[i].value);
  stats_cluster_single_key_set(&key, counters[i].name, labels, counters[i].label ? 2 : 1);
  stats_cluster_single_key_add_legacy_alias(&key, SCS_GLOBAL, id, self->name);
#else
  stats_cluster_single_key_set(&key, SCS_GLOBAL, id, self->name);
#endif
  stats_lock();
  if (registers)
    stats_register_counter(0, &key, SC_TYPE_SINGLE_VALUE, &self->items[i]);
  else
    stats_unregister_counter(&key, SC_TYPE_SINGLE_VALUE, &self->items[i]);
  stats_unlock();
  g_free(id);
}

engine_stats* engine_stats_new(const char* name) {
  engine_stats* const self = g_try_new0(engine_stats, 1);
  if (!self) return NULL;
  self->name = g_strdup(name);
  for (gsize i = 0; i < G_N_ELEMENTS(counters); ++i) change(self, i, TRUE);
  return self;
}

void engine_stats_set(engine_stats* self, const sigrun_engine* engine) {
  sigrun_counters now = {.size = sizeof now};
  if (!self || sigrun_get_counters(engine, &now) != SIGRUN_OK) return;
  for (gsize i = 0; i < G_N_ELEMENTS(counters); ++i) {
    uint64_t value;
    switch (counters[i].place) {
      case READY: value = sigrun_ready(engine, NULL, 0) ? 1 : 0; break;
      case RULES: value = sigrun_rule_count(engine); break;
      case REFUSED: value = sigrun_refused_count(engine); break;
      default: memcpy(&value, (const char*)&now + counters[i].place, sizeof value); break;
    }
    stats_counter_set(self->items[i], value);
  }
}

void engine_stats_free(engine_stats* self) {
  if (!self) return;
  for (gsize i = 0; i < G_N_ELEMENTS(counters); ++i) change(self, i, FALSE);
  g_free(self->name);
  g_free(self);
}
