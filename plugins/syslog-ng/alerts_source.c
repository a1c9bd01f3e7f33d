#include "alerts_source.h"

#include <string.h>
#include <syslog.h>

enum { wait_milliseconds = 500, most_alerts = 100 };

typedef struct AlertsSource {
  LogThreadedSourceDriver super;
  engine_settings settings;
  shared_engine* engine; /* from init on */
  gboolean ending;       /* atomic */
} AlertsSource;

static const char* config_of(const AlertsSource* self) { return self->settings.text[OPTION_CONFIG]; }

/* What is kept with a message until it is acknowledged. */
typedef struct Acknowledgement {
  shared_engine* engine;
  uint64_t sequence;
} Acknowledgement;
G_STATIC_ASSERT(sizeof(Acknowledgement) <= sizeof(BookmarkContainer));

/* On the threads of destinations; messages of one source in their order. */
static void save(Bookmark* bookmark) {
  const Acknowledgement* acknowledgement = (const Acknowledgement*)(const void*)&bookmark->container;
  char error[256] = "";
  if (shared_engine_acknowledge(acknowledgement->engine, acknowledgement->sequence, error, sizeof error) !=
      SIGRUN_OK)
    msg_error("sigrun: an alert could not be acknowledged; it will come again",
              evt_tag_str("details", error));
}

static void destroy(Bookmark* bookmark) {
  Acknowledgement* acknowledgement = (Acknowledgement*)(void*)&bookmark->container;
  shared_engine_release(acknowledgement->engine);
  acknowledgement->engine = NULL;
}

#if HOST_HAS_WORKERS
typedef LogThreadedSourceWorker Worker;
static AlertsSource* source_of(Worker* worker) { return (AlertsSource*)worker->control; }
static LogSource* log_source_of(Worker* worker) { return &worker->super; }
static void post(Worker* worker, LogMessage* msg) { log_threaded_source_worker_blocking_post(worker, msg); }
#else
typedef LogThreadedSourceDriver Worker;
static AlertsSource* source_of(Worker* worker) { return (AlertsSource*)worker; }
static LogSource* log_source_of(Worker* worker) { return &worker->worker->super; }
static void post(Worker* worker, LogMessage* msg) { log_threaded_source_blocking_post(worker, msg); }
#endif

static int take(const sigrun_queued_alert* alert, void* user) {
  Worker* const worker = user;
  AlertsSource* const self = source_of(worker);
  if (g_atomic_int_get(&self->ending)) return -1;
  Bookmark* const bookmark = ack_tracker_request_bookmark(log_source_of(worker)->ack_tracker);
  if (!bookmark) return -1;
  const Acknowledgement acknowledgement = {shared_engine_again(self->engine), alert->sequence};
  memcpy(&bookmark->container, &acknowledgement, sizeof acknowledgement);
  bookmark->save = save;
  bookmark->destroy = destroy;

  LogMessage* const msg = log_msg_new_local();
  msg->flags |= LF_UTF8;
  msg->pri = LOG_USER | LOG_WARNING;
  log_msg_set_value(msg, LM_V_PROGRAM, "sigrun", -1);
  log_msg_set_value(msg, LM_V_MESSAGE, alert->json, (gssize)alert->json_size);
  post(worker, msg);
  return g_atomic_int_get(&self->ending) ? 0 : 1;
}

static void run(Worker* worker) {
  AlertsSource* const self = source_of(worker);
  while (!g_atomic_int_get(&self->ending)) {
    char error[256] = "";
    if (sigrun_next_alerts(shared_engine_get(self->engine), wait_milliseconds, most_alerts, take, worker,
                           NULL, error, sizeof error) == SIGRUN_OK)
      continue;
    msg_error("sigrun: alerts could not be taken", evt_tag_str("config", config_of(self)),
              evt_tag_str("details", error));
    g_usleep(1000000);
  }
}

static void request_exit(Worker* worker) {
  AlertsSource* const self = source_of(worker);
  g_atomic_int_set(&self->ending, TRUE);
  /* Threads that wait for alerts to be taken would wait for ever, and be waited for. */
  sigrun_hurry(shared_engine_get(self->engine), 1);
  sigrun_wake(shared_engine_get(self->engine));
}

#if HOST_HAS_WORKERS
static Worker* construct_worker(LogThreadedSourceDriver* driver, gint index) {
  Worker* const worker = g_new0(Worker, 1);
  log_threaded_source_worker_init_instance(worker, driver, index);
  worker->run = run;
  worker->request_exit = request_exit;
  return worker;
}
static void format_stats(LogThreadedSourceDriver* s, StatsClusterKeyBuilder* builder) {
  stats_cluster_key_builder_add_legacy_label(builder, stats_cluster_label("driver", "sigrun-alerts"));
  stats_cluster_key_builder_add_legacy_label(builder,
                                             stats_cluster_label("config", config_of((AlertsSource*)s)));
}
#else
static const gchar* format_stats(LogThreadedSourceDriver* s) {
  static gchar name[1024]; /* only the main thread is here */
  g_snprintf(name, sizeof name, "sigrun-alerts,%s", config_of((AlertsSource*)s));
  return name;
}
#endif

static gboolean init(LogPipe* s) {
  AlertsSource* self = (AlertsSource*)s;
  self->engine = shared_engine_take(&self->settings, (uintptr_t)log_pipe_get_config(s), host_say);
  if (!self->engine) return FALSE;
  if (shared_engine_claim_alerts(self->engine)) {
    g_atomic_int_set(&self->ending, FALSE);
    self->super.worker_options.ack_tracker_factory = consecutive_ack_tracker_factory_new();
    if (log_threaded_source_driver_init_method(s)) return TRUE;
    shared_engine_leave_alerts(self->engine);
  } else {
    host_say(MESSAGE_ERROR, "sigrun-alerts: another source takes the alerts of this configuration",
             config_of(self), "");
  }
  shared_engine_release(self->engine);
  self->engine = NULL;
  return FALSE;
}

static gboolean deinit(LogPipe* s) {
  AlertsSource* self = (AlertsSource*)s;
  const gboolean done = log_threaded_source_driver_deinit_method(s);
  if (self->engine) {
    shared_engine_leave_alerts(self->engine);
    host_keep_engine(log_pipe_get_config(s), self->engine);
  }
  self->engine = NULL;
  return done;
}

static void free_source(LogPipe* s) {
  AlertsSource* self = (AlertsSource*)s;
  shared_engine_release(self->engine);
  engine_settings_clear(&self->settings);
  log_threaded_source_driver_free_method(s);
}

LogDriver* alerts_source_new(GlobalConfig* cfg) {
  AlertsSource* self = g_new0(AlertsSource, 1);
  log_threaded_source_driver_init_instance(&self->super, cfg);
  self->super.super.super.super.init = init;
  self->super.super.super.super.deinit = deinit;
  self->super.super.super.super.free_fn = free_source;
#if HOST_HAS_WORKERS
  self->super.worker_construct = construct_worker;
  self->super.format_stats_key = format_stats;
#else
  self->super.format_stats_instance = format_stats;
  self->super.run = run;
  self->super.request_exit = request_exit;
#endif
  return &self->super.super.super;
}

void alerts_source_set_engine_option(LogDriver* driver, engine_option option, const char* text) {
  engine_settings_set(&((AlertsSource*)driver)->settings, option, text);
}

gboolean alerts_source_has_config(const LogDriver* driver) {
  const char* const config = config_of((const AlertsSource*)(const void*)driver);
  return config && *config;
}
