/* The C interface as a C program sees it. Writes its own rules into a temporary folder. Exit status 0: all holds. */
#define _POSIX_C_SOURCE 200809L
#include <sigrun/sigrun.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int failures = 0;

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                               \
    }                                                                           \
  } while (0)

static const char good_rule[] =
    "title: Encoded command\n"
    "id: 6c1e9b0e-6a53-4d0e-a7d2-0f2f4b1f2a11\n"
    "logsource: {category: process_creation, product: windows}\n"
    "detection:\n"
    "  selection:\n"
    "    CommandLine|contains: ' -enc '\n"
    "  condition: selection\n"
    "level: high\n";
static const char broken_rule[] = "title: [unclosed\n";
/* Recognised by no table and by no channel: the rule runs because its field is there. */
static const char events[] =
    "{\"CommandLine\": \"powershell -enc QQ==\"}\n"
    "{\"CommandLine\": \"notepad\"}\n"
    "this is not JSON\n"
    "  {\"CommandLine\": \"cmd /c x -ENC y\"}\n";

struct seen {
  int count;
  uint64_t line[4], offset[4];
  char id[4][64];
};

static void on_alert(const sigrun_alert *alert, void *user) {
  struct seen *seen = user;
  CHECK(alert->size == sizeof *alert);
  CHECK(strlen(alert->id) == 32);
  CHECK(strcmp(alert->rule_id, "6c1e9b0e-6a53-4d0e-a7d2-0f2f4b1f2a11") == 0);
  CHECK(strcmp(alert->rule_title, "Encoded command") == 0);
  CHECK(strcmp(alert->rule_level, "high") == 0);
  CHECK(alert->time[0] == '\0');
  CHECK(alert->event_size == strlen(alert->event) && alert->event[0] == '{');
  CHECK(alert->json_size == strlen(alert->json));
  CHECK(alert->json[0] == '{' && alert->json[alert->json_size - 1] == '}');
  CHECK(strstr(alert->json, alert->id) != NULL);
  if (seen->count < 4) {
    seen->line[seen->count] = alert->line;
    seen->offset[seen->count] = alert->offset;
    snprintf(seen->id[seen->count], sizeof seen->id[0], "%s", alert->id);
  }
  ++seen->count;
}

static void write_file(const char *folder, const char *name, const char *text) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(text, 1, strlen(text), file) != strlen(text) || fclose(file) != 0) {
    perror(path);
    exit(1);
  }
}

static void remove_file(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  unlink(path);
}

static void refuses_bad_arguments(const char *folder) {
  char error[256];
  sigrun_engine *engine = (sigrun_engine *)&failures;
  sigrun_options options = {.size = sizeof options};
  const char *paths[] = {folder};

  CHECK(sigrun_open(NULL, &engine, error, sizeof error) == SIGRUN_ERROR_ARGUMENT);
  CHECK(engine == NULL && error[0] != '\0');
  CHECK(sigrun_open(&options, NULL, error, sizeof error) == SIGRUN_ERROR_ARGUMENT);
  CHECK(sigrun_open(&options, &engine, error, sizeof error) == SIGRUN_ERROR_ARGUMENT);
  CHECK(strstr(error, "rule_paths") != NULL);

  options.rule_paths = paths;
  options.rule_path_count = 1;
  options.size = 3;
  CHECK(sigrun_open(&options, &engine, error, sizeof error) == SIGRUN_ERROR_ARGUMENT);
  CHECK(strstr(error, "size") != NULL);
  options.size = sizeof options;
  options.logsource = "produkt=windows";
  CHECK(sigrun_open(&options, &engine, error, sizeof error) == SIGRUN_ERROR_ARGUMENT);
  CHECK(strstr(error, "produkt") != NULL);
  options.logsource = NULL;
  options.min_level = "loud";
  CHECK(sigrun_open(&options, &engine, error, sizeof error) == SIGRUN_ERROR_ARGUMENT);
  CHECK(strstr(error, "loud") != NULL);
  options.min_level = NULL;

  paths[0] = "/nonexistent/rules";
  CHECK(sigrun_open(&options, &engine, error, sizeof error) == SIGRUN_ERROR_LOAD);
  CHECK(engine == NULL && strstr(error, "/nonexistent/rules") != NULL);
  /* The text is cut, never overrun; no buffer at all is fine. */
  char tiny[6] = {'x', 'x', 'x', 'x', 'x', 'x'};
  CHECK(sigrun_open(&options, &engine, tiny, 5) == SIGRUN_ERROR_LOAD);
  CHECK(strlen(tiny) == 4 && tiny[5] == 'x');
  CHECK(sigrun_open(&options, &engine, NULL, 0) == SIGRUN_ERROR_LOAD);

  CHECK(sigrun_evaluate(NULL, "{}", 2, NULL, NULL, NULL, error, sizeof error) == SIGRUN_ERROR_ARGUMENT);
  CHECK(sigrun_rule_count(NULL) == 0 && sigrun_problem(NULL, 0) == NULL);
  sigrun_close(NULL);
}

static void finds_what_a_rule_describes(const char *folder) {
  char error[256];
  sigrun_engine *engine = NULL;
  const char *paths[] = {folder};
  sigrun_options options = {.size = sizeof options, .rule_paths = paths, .rule_path_count = 1, .taxonomy_path = "none"};
  CHECK(sigrun_open(&options, &engine, error, sizeof error) == SIGRUN_OK);
  if (!engine) {
    fprintf(stderr, "sigrun_open: %s\n", error);
    ++failures;
    return;
  }
  CHECK(error[0] == '\0');
  CHECK(sigrun_rule_count(engine) == 1);
  CHECK(sigrun_refused_count(engine) == 1);
  CHECK(sigrun_problem_count(engine) >= 1);
  const char *problem = sigrun_problem(engine, 0);
  CHECK(problem != NULL && strstr(problem, "broken.yml:") != NULL && strstr(problem, "error: ") != NULL);
  CHECK(sigrun_problem(engine, sigrun_problem_count(engine)) == NULL);

  struct seen first = {0}, second = {0};
  CHECK(sigrun_evaluate(engine, events, strlen(events), "test", on_alert, &first, error, sizeof error) == SIGRUN_OK);
  CHECK(first.count == 2);
  CHECK(first.line[0] == 1 && first.offset[0] == 0);
  CHECK(first.line[1] == 4 && events[first.offset[1]] == '{' && first.offset[1] > first.offset[0]);
  CHECK(strcmp(first.id[0], first.id[1]) != 0);
  /* The same bytes give the same alerts. */
  CHECK(sigrun_evaluate(engine, events, strlen(events), NULL, on_alert, &second, NULL, 0) == SIGRUN_OK);
  CHECK(second.count == 2 && strcmp(first.id[0], second.id[0]) == 0 && strcmp(first.id[1], second.id[1]) == 0);
  /* No callback: counted all the same. No bytes: nothing. */
  CHECK(sigrun_evaluate(engine, events, strlen(events), NULL, NULL, NULL, NULL, 0) == SIGRUN_OK);
  CHECK(sigrun_evaluate(engine, NULL, 0, NULL, NULL, NULL, NULL, 0) == SIGRUN_OK);

  sigrun_counters counters = {.size = sizeof counters};
  CHECK(sigrun_get_counters(engine, &counters) == SIGRUN_OK);
  CHECK(counters.in == 12 && counters.rejected == 3 && counters.alerts == 6);
  CHECK(counters.in == counters.processed + counters.degraded + counters.rejected + counters.dropped);
  counters.size = 1;
  CHECK(sigrun_get_counters(engine, &counters) == SIGRUN_ERROR_ARGUMENT);

  /* The beginning of a gzip stream and no end. */
  static const char torn[] = {'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 0, 3, '\xab'};
  CHECK(sigrun_evaluate(engine, torn, sizeof torn, NULL, NULL, NULL, error, sizeof error) == SIGRUN_ERROR_INPUT);
  CHECK(error[0] != '\0');
  sigrun_close(engine);
}

struct job {
  sigrun_engine *engine;
  struct seen seen;
};

static void *evaluate_many(void *argument) {
  struct job *job = argument;
  for (int i = 0; i < 50; ++i) {
    if (sigrun_evaluate(job->engine, events, strlen(events), "t", on_alert, &job->seen, NULL, 0) != SIGRUN_OK) return NULL;
  }
  return NULL;
}

static void serves_several_threads(const char *folder) {
  sigrun_engine *engine = NULL;
  const char *paths[] = {folder};
  sigrun_options options = {.size = sizeof options, .rule_paths = paths, .rule_path_count = 1, .taxonomy_path = "none"};
  CHECK(sigrun_open(&options, &engine, NULL, 0) == SIGRUN_OK);
  struct job jobs[4];
  pthread_t threads[4];
  memset(jobs, 0, sizeof jobs);
  for (int i = 0; i < 4; ++i) {
    jobs[i].engine = engine;
    CHECK(pthread_create(&threads[i], NULL, evaluate_many, &jobs[i]) == 0);
  }
  for (int i = 0; i < 4; ++i) {
    pthread_join(threads[i], NULL);
    CHECK(jobs[i].seen.count == 100);
  }
  sigrun_counters counters = {.size = sizeof counters};
  CHECK(sigrun_get_counters(engine, &counters) == SIGRUN_OK);
  CHECK(counters.in == 800 && counters.alerts == 400);
  sigrun_close(engine);
}

int main(void) {
  char folder[] = "/tmp/sigrun-capi-XXXXXX";
  if (!mkdtemp(folder)) {
    perror(folder);
    return 1;
  }
  write_file(folder, "good.yml", good_rule);
  write_file(folder, "broken.yml", broken_rule);

  CHECK(sigrun_version_number() == SIGRUN_VERSION_NUMBER);
  char version[32];
  snprintf(version, sizeof version, "%d.%d.%d", SIGRUN_VERSION_MAJOR, SIGRUN_VERSION_MINOR, SIGRUN_VERSION_PATCH);
  CHECK(strcmp(sigrun_version(), version) == 0);
  refuses_bad_arguments(folder);
  finds_what_a_rule_describes(folder);
  serves_several_threads(folder);

  remove_file(folder, "good.yml");
  remove_file(folder, "broken.yml");
  rmdir(folder);
  if (failures == 0) puts("the C interface holds");
  return failures == 0 ? 0 : 1;
}
