#include "shared_engine.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine_stats.h"
#include "host.h"

enum {
  text_size = 4096,
  told_problems = 20,
  most_listed = 256,
  tick_milliseconds = 200,
  ticks_for_each_copy = 5
};

struct shared_engine {
  shared_engine* next;
  engine_settings settings;
  char* name;
  sigrun_engine* engine; /* null: it gave way to one with other settings and the same state folder */
  engine_stats* stats;
  uintptr_t round;
  size_t users;
  bool alerts_taken;
  bool reloads;         /* the keeper is to read its rules again */
  bool busy;            /* the keeper is in it: it must not be closed */
  bool closing;         /* somebody waits to close it */
  message_callback say; /* of the reload */
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;    /* the keeper has something to do */
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER;    /* an engine is busy no more */
static shared_engine* engines;
static bool keeping;

static void tell_problems(const shared_engine* shared, message_callback say) {
  const size_t count = sigrun_problem_count(shared->engine);
  size_t told = 0;
  for (size_t i = 0; i < count; ++i) {
    const char* problem = sigrun_problem(shared->engine, i);
    /* Warnings are for `sigrun check`. */
    if (!problem || !strstr(problem, ": error: ")) continue;
    if (told++ == told_problems) {
      say(MESSAGE_WARNING, "sigrun: further rules were refused; sigrun check lists them all", shared->name,
          "");
      return;
    }
    say(MESSAGE_WARNING, "sigrun: a rule was refused", shared->name, problem);
  }
}

static void tell_rules(const shared_engine* shared, message_callback say) {
  char text[128];
  snprintf(text, sizeof text, "%zu rules, %zu refused", sigrun_rule_count(shared->engine),
           sigrun_refused_count(shared->engine));
  say(MESSAGE_NOTICE, "sigrun: rules loaded", shared->name, text);
}

/* The words of a list with commas, as views of `copy`, which the caller frees. */
static size_t split(const char* list, char** copy, const char** words) {
  size_t count = 0;
  char* rest = NULL;
  *copy = list ? strdup(list) : NULL;
  for (char* word = *copy ? strtok_r(*copy, ",", &rest) : NULL; word && count < most_listed;
       word = strtok_r(NULL, ",", &rest)) {
    while (*word == ' ') ++word;
    size_t length = strlen(word);
    while (length > 0 && word[length - 1] == ' ') word[--length] = '\0';
    if (length > 0) words[count++] = word;
  }
  return count;
}

static sigrun_status open_engine(shared_engine* shared, message_callback say, char* error,
                                 size_t error_size) {
  const char *select[most_listed], *exclude[most_listed];
  char *select_copy, *exclude_copy;
  char* const* text = shared->settings.text;
  sigrun_options options = {.size = sizeof options, .configuration = text[OPTION_CONFIG]};
  options.state_folder = text[OPTION_STATE_FOLDER];
  options.logsource = text[OPTION_LOGSOURCE];
  options.min_level = text[OPTION_MIN_LEVEL];
  options.min_status = text[OPTION_MIN_STATUS];
  options.select = select;
  options.select_count = split(text[OPTION_SELECT], &select_copy, select);
  options.exclude = exclude;
  options.exclude_count = split(text[OPTION_EXCLUDE], &exclude_copy, exclude);
  const sigrun_status status = sigrun_open(&options, &shared->engine, error, error_size);
  free(select_copy);
  free(exclude_copy);
  if (!shared->engine) return status;
  if (status == SIGRUN_NOT_READY)
    say(MESSAGE_ERROR, "sigrun: no rules are loaded; messages pass unmatched until a reload succeeds",
        shared->name, error);
  else
    tell_rules(shared, say);
  tell_problems(shared, say);
  shared->stats = engine_stats_new(shared->name);
  engine_stats_set(shared->stats, shared->engine);
  return status;
}

static void reload_engine(shared_engine* shared, message_callback say) {
  char error[text_size] = "", text[256];
  sigrun_reload_report report = {.size = sizeof report};
  const sigrun_status status = sigrun_reload(shared->engine, &report, NULL, NULL, error, sizeof error);
  if (status != SIGRUN_OK) {
    say(MESSAGE_ERROR, "sigrun: reload refused, the rules go on as before", shared->name, error);
    return;
  }
  snprintf(text, sizeof text,
           "%llu rules, %llu added, %llu changed, %llu removed, %llu refused, %llu kept as they were",
           (unsigned long long)report.rules, (unsigned long long)report.added,
           (unsigned long long)report.changed, (unsigned long long)report.removed,
           (unsigned long long)report.refused, (unsigned long long)report.kept);
  say(MESSAGE_NOTICE, "sigrun: reloaded", shared->name, text);
  tell_problems(shared, say);
}

/* ---- the keeper ---- */

/* With the mutex held, which is let go of meanwhile. */
static void reload_next(void) {
  for (shared_engine* shared = engines; shared; shared = shared->next) {
    if (!shared->reloads || !shared->engine) continue;
    shared->reloads = false;
    shared->busy = true;
    pthread_mutex_unlock(&mutex);
    reload_engine(shared, shared->say);
    pthread_mutex_lock(&mutex);
    shared->busy = false;
    pthread_cond_broadcast(&idle);
    return; /* the list may be another one now */
  }
}

static bool somebody_reloads(void) {
  for (const shared_engine* shared = engines; shared; shared = shared->next)
    if (shared->reloads && shared->engine) return true;
  return false;
}

static void* keep(void* nothing) {
  unsigned ticks = 0;
  pthread_mutex_lock(&mutex);
  while (engines) {
    if (somebody_reloads()) {
      reload_next();
      continue;
    }
    const bool stopping = host_stops_threads();
    const bool copies = ticks++ % ticks_for_each_copy == 0;
    for (shared_engine* shared = engines; shared; shared = shared->next) {
      if (!shared->engine) continue;
      sigrun_hurry(shared->engine, stopping);
      if (copies) engine_stats_set(shared->stats, shared->engine);
    }
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += tick_milliseconds * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&wake, &mutex, &until);
  }
  keeping = false;
  pthread_mutex_unlock(&mutex);
  return nothing;
}

/* With the mutex held. False: a reload must happen on the caller's thread. */
static bool start_keeper(message_callback say) {
  if (keeping) return true;
  pthread_t thread;
  pthread_attr_t attributes;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are syslog-ng's */
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, 8 << 20);
  keeping = pthread_create(&thread, &attributes, keep, NULL) == 0;
  pthread_attr_destroy(&attributes);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (!keeping)
    say(MESSAGE_WARNING,
        "sigrun: no thread could be started; counters are not kept in syslog-ng's statistics", "", "");
  return keeping;
}

/* ---- taking and releasing ---- */

/* These have the mutex held; it is let go of while the keeper is in the engine. */

static void close_engine(shared_engine* shared) {
  while (shared->busy) pthread_cond_wait(&idle, &mutex);
  engine_stats_free(shared->stats);
  shared->stats = NULL;
  sigrun_close(shared->engine);
  shared->engine = NULL;
}

static void forget(shared_engine* shared) {
  engine_settings_clear(&shared->settings);
  free(shared->name);
  free(shared);
}

static void drop(shared_engine* shared) {
  if (--shared->users > 0 || shared->closing) return;
  /* In the list, until the state folder is free: somebody may take it again. */
  shared->closing = true;
  while (shared->busy && shared->users == 0) pthread_cond_wait(&idle, &mutex);
  shared->closing = false;
  if (shared->users > 0) return;
  shared_engine** at = &engines;
  while (*at != shared) at = &(*at)->next;
  *at = shared->next;
  if (shared->engine) close_engine(shared);
  forget(shared);
  if (!engines) pthread_cond_signal(&wake);
}

/* Engines of earlier rounds, that only wait to be taken again, may have the state folder. They are opened again if they are. */
static void give_way(uintptr_t round) {
  shared_engine* shared = engines;
  while (shared) {
    if (shared->round == round || !shared->engine) {
      shared = shared->next;
      continue;
    }
    ++shared->users;
    close_engine(shared);
    drop(shared);
    shared = engines;
  }
}

static bool open_or_say(shared_engine* shared, uintptr_t round, message_callback say) {
  char error[text_size] = "";
  if (open_engine(shared, say, error, sizeof error) == SIGRUN_ERROR_STATE) {
    give_way(round);
    open_engine(shared, say, error, sizeof error);
  }
  if (!shared->engine) say(MESSAGE_ERROR, "sigrun: cannot be started", shared->name, error);
  return shared->engine != NULL;
}

static shared_engine* make(const engine_settings* settings, uintptr_t round, message_callback say) {
  shared_engine* const shared = calloc(1, sizeof *shared);
  if (!shared || !engine_settings_copy(&shared->settings, settings) ||
      !(shared->name = engine_settings_name(settings))) {
    say(MESSAGE_ERROR, "sigrun: out of memory", settings->text[OPTION_CONFIG], "");
    if (shared) forget(shared);
    return NULL;
  }
  shared->say = say;
  shared->round = round;
  shared->users = 1;
  if (open_or_say(shared, round, say)) return shared;
  forget(shared);
  return NULL;
}

shared_engine* shared_engine_take(const engine_settings* settings, uintptr_t round, message_callback say) {
  bool reloads_here = false;
  pthread_mutex_lock(&mutex);
  shared_engine* shared = engines;
  while (shared && !engine_settings_equal(&shared->settings, settings)) shared = shared->next;
  if (shared) {
    const bool is_new_round = shared->round != round;
    shared->round = round;
    ++shared->users;
    if (!shared->engine) {
      if (!open_or_say(shared, round, say)) {
        drop(shared);
        shared = NULL;
      }
    } else if (is_new_round) {
      shared->reloads = start_keeper(say);
      reloads_here = !shared->reloads;
      pthread_cond_signal(&wake);
    }
  } else if ((shared = make(settings, round, say))) {
    shared->next = engines;
    engines = shared;
    start_keeper(say);
  }
  pthread_mutex_unlock(&mutex);
  if (reloads_here) reload_engine(shared, say);
  return shared;
}

shared_engine* shared_engine_again(shared_engine* shared) {
  pthread_mutex_lock(&mutex);
  ++shared->users;
  pthread_mutex_unlock(&mutex);
  return shared;
}

void shared_engine_release(shared_engine* shared) {
  if (!shared) return;
  /* With the lock: who opens the same configuration next finds its state folder free. */
  pthread_mutex_lock(&mutex);
  drop(shared);
  pthread_mutex_unlock(&mutex);
}

sigrun_engine* shared_engine_get(shared_engine* shared) { return shared->engine; }

sigrun_status shared_engine_acknowledge(shared_engine* shared, uint64_t sequence, char* error,
                                        size_t error_size) {
  sigrun_status status = SIGRUN_OK;
  pthread_mutex_lock(&mutex);
  if (shared->engine) status = sigrun_acknowledge_alerts(shared->engine, sequence, error, error_size);
  pthread_mutex_unlock(&mutex);
  return status;
}

bool shared_engine_claim_alerts(shared_engine* shared) {
  pthread_mutex_lock(&mutex);
  const bool free_until_now = !shared->alerts_taken;
  shared->alerts_taken = true;
  pthread_mutex_unlock(&mutex);
  return free_until_now;
}

void shared_engine_leave_alerts(shared_engine* shared) {
  pthread_mutex_lock(&mutex);
  shared->alerts_taken = false;
  pthread_mutex_unlock(&mutex);
}
