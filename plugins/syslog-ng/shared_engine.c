#include "shared_engine.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { text_size = 4096, told_problems = 20 };

struct shared_engine {
  shared_engine* next;
  char* configuration;
  sigrun_engine* engine;
  uintptr_t round;
  size_t users;
  bool alerts_taken;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static shared_engine* engines;

static void tell_problems(const shared_engine* shared, message_callback say) {
  const size_t count = sigrun_problem_count(shared->engine);
  size_t told = 0;
  for (size_t i = 0; i < count; ++i) {
    const char* problem = sigrun_problem(shared->engine, i);
    /* Warnings are for `sigrun check`. */
    if (!problem || !strstr(problem, ": error: ")) continue;
    if (told++ == told_problems) {
      say(MESSAGE_WARNING, "sigrun: further rules were refused; sigrun check lists them all",
          shared->configuration, "");
      return;
    }
    say(MESSAGE_WARNING, "sigrun: a rule was refused", shared->configuration, problem);
  }
}

static void tell_rules(const shared_engine* shared, message_callback say) {
  char text[128];
  snprintf(text, sizeof text, "%zu rules, %zu refused", sigrun_rule_count(shared->engine),
           sigrun_refused_count(shared->engine));
  say(MESSAGE_NOTICE, "sigrun: rules loaded", shared->configuration, text);
}

static shared_engine* open_engine(const char* configuration, uintptr_t round, message_callback say) {
  char error[text_size] = "";
  sigrun_options options = {.size = sizeof options, .configuration = configuration};
  shared_engine* shared = calloc(1, sizeof *shared);
  if (!shared || !(shared->configuration = strdup(configuration))) {
    say(MESSAGE_ERROR, "sigrun: out of memory", configuration, "");
    free(shared);
    return NULL;
  }
  const sigrun_status status = sigrun_open(&options, &shared->engine, error, sizeof error);
  if (!shared->engine) {
    say(MESSAGE_ERROR, "sigrun: cannot be started", configuration, error);
    free(shared->configuration);
    free(shared);
    return NULL;
  }
  if (status == SIGRUN_NOT_READY)
    say(MESSAGE_ERROR, "sigrun: no rules are loaded; messages pass unmatched until a reload succeeds",
        configuration, error);
  else
    tell_rules(shared, say);
  tell_problems(shared, say);
  shared->round = round;
  shared->users = 1;
  return shared;
}

static void reload_engine(shared_engine* shared, message_callback say) {
  char error[text_size] = "", text[256];
  sigrun_reload_report report = {.size = sizeof report};
  const sigrun_status status = sigrun_reload(shared->engine, &report, NULL, NULL, error, sizeof error);
  if (status != SIGRUN_OK) {
    say(MESSAGE_ERROR, "sigrun: reload refused, the rules go on as before", shared->configuration, error);
    return;
  }
  snprintf(text, sizeof text,
           "%llu rules, %llu added, %llu changed, %llu removed, %llu refused, %llu kept as they were",
           (unsigned long long)report.rules, (unsigned long long)report.added,
           (unsigned long long)report.changed, (unsigned long long)report.removed,
           (unsigned long long)report.refused, (unsigned long long)report.kept);
  say(MESSAGE_NOTICE, "sigrun: reloaded", shared->configuration, text);
  tell_problems(shared, say);
}

shared_engine* shared_engine_take(const char* configuration, uintptr_t round, message_callback say) {
  pthread_mutex_lock(&mutex);
  shared_engine* shared = engines;
  while (shared && strcmp(shared->configuration, configuration) != 0) shared = shared->next;
  const int reloads = shared && shared->round != round;
  if (shared) {
    ++shared->users;
    shared->round = round;
  } else if ((shared = open_engine(configuration, round, say))) {
    shared->next = engines;
    engines = shared;
  }
  pthread_mutex_unlock(&mutex);
  if (reloads) reload_engine(shared, say);
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
  if (--shared->users == 0) {
    shared_engine** at = &engines;
    while (*at != shared) at = &(*at)->next;
    *at = shared->next;
    sigrun_close(shared->engine);
    free(shared->configuration);
    free(shared);
  }
  pthread_mutex_unlock(&mutex);
}

sigrun_engine* shared_engine_get(shared_engine* shared) { return shared->engine; }

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
