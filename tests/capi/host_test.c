/* The library inside a C program that does not link it: loaded as collectors load plugins (dlopen, RTLD_LOCAL | RTLD_LAZY), with rules and
 * configurations that are no YAML, from threads with small stacks. The first argument is the library. Exit status 0: all holds. */
#define _GNU_SOURCE
#include <sigrun/sigrun.h>

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int failures = 0;

#define CHECK(condition)                                                             \
  do {                                                                               \
    if (!(condition)) {                                                              \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                                    \
    }                                                                                \
  } while (0)

static sigrun_status (*open_engine)(const sigrun_options *, sigrun_engine **, char *, size_t);
static void (*close_engine)(sigrun_engine *);
static sigrun_status (*evaluate_events)(sigrun_engine *, const char *, size_t, const sigrun_event *, size_t, uint32_t,
                                        sigrun_result_callback, void *, char *, size_t);
static sigrun_status (*reload)(sigrun_engine *, sigrun_reload_report *, sigrun_change_callback, void *, char *, size_t);
static sigrun_status (*get_counters)(const sigrun_engine *, sigrun_counters *);
static int (*is_ready)(const sigrun_engine *, char *, size_t);

static void find(void *library, const char *name, void *function) {
  void *found = dlsym(library, name);
  if (!found) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  memcpy(function, &found, sizeof found);
}

static const char rule[] =
    "title: Encoded command\n"
    "id: 6c1e9b0e-6a53-4d0e-a7d2-0f2f4b1f2a11\n"
    "logsource: {category: process_creation, product: windows}\n"
    "detection:\n"
    "  selection:\n"
    "    CommandLine|contains: ' -enc '\n"
    "  pattern:\n"
    "    CommandLine|re: '(pw|power)shell.*-enc'\n"
    "  condition: selection and pattern\n"
    "level: high\n";
/* Each of them made some reader of YAML throw, loop or overflow. */
static const char *const no_yaml[] = {
    ",", "title: [unclosed\n", "'", "\"\\", "a: &x [*x]\n", "- - - - - {", "%YAML 1.2\n---\n...\n%", "a: 'b\nc: d\n", "\xff\xfe\x00", "? ? ?", "{a: b, a: c}",
    "!!binary \"", "key: |9\n x", "\t- a"};

static char folder[] = "/tmp/sigrun-host-XXXXXX";

static const char *path_of(const char *name) {
  static char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static void write_file(const char *name, const char *text) {
  FILE *file = fopen(path_of(name), "wb");
  if (!file || fwrite(text, 1, strlen(text), file) != strlen(text) || fclose(file) != 0) {
    perror(name);
    exit(1);
  }
}

static sigrun_engine *opened(const char *on_load_error, sigrun_status expected, char *error, size_t error_size) {
  sigrun_options options;
  sigrun_engine *engine = NULL;
  char configuration[4096];
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.taxonomy_path = "none";
  options.on_load_error = on_load_error;
  snprintf(configuration, sizeof configuration, "%s", path_of("sigrun.yaml"));
  options.configuration = configuration;
  const sigrun_status status = open_engine(&options, &engine, error, error_size);
  if (status != expected) fprintf(stderr, "sigrun_open: %d: %s\n", (int)status, error);
  CHECK(status == expected);
  return engine;
}

/* What is no YAML is said, and the host lives. */
static void survives_what_is_no_yaml(void) {
  char error[512];
  for (size_t i = 0; i < sizeof no_yaml / sizeof *no_yaml; ++i) {
    write_file("sigrun.yaml", no_yaml[i]);
    sigrun_engine *engine = opened("fail", SIGRUN_ERROR_LOAD, error, sizeof error);
    CHECK(engine == NULL && error[0] != '\0');
    engine = opened(NULL, SIGRUN_NOT_READY, error, sizeof error);
    CHECK(engine != NULL && !is_ready(engine, error, sizeof error) && error[0] != '\0');
    close_engine(engine);

    write_file("sigrun.yaml", "rules: rules\n");
    write_file("rules/bad.yml", no_yaml[i]);
    engine = opened("fail", SIGRUN_OK, error, sizeof error);
    write_file("rules/good.yml", no_yaml[i]);
    /* The good one has gone bad, and goes on as it was; where it seems to say nothing at all, the reload is refused. */
    sigrun_reload_report report = {.size = sizeof report};
    const sigrun_status status = reload(engine, &report, NULL, NULL, error, sizeof error);
    CHECK(report.rules == 1);
    CHECK(status == SIGRUN_OK ? report.kept == 1 : status == SIGRUN_ERROR_LOAD);
    if (status != SIGRUN_OK) printf("text %zu: reload: %d: %s\n", i, (int)status, error);
    close_engine(engine);
    write_file("rules/good.yml", rule);
  }
}

struct seen {
  int results, matches;
  char id[64];
};

static void on_result(const sigrun_result *result, void *user) {
  struct seen *seen = user;
  ++seen->results;
  CHECK(result->size == sizeof *result);
  CHECK(result->outcome == SIGRUN_PROCESSED);
  for (size_t i = 0; i < result->match_count; ++i) {
    ++seen->matches;
    CHECK(strcmp(result->matches[i]->rule_id, "6c1e9b0e-6a53-4d0e-a7d2-0f2f4b1f2a11") == 0);
    CHECK(strcmp(result->matches[i]->rule_title, "Encoded command") == 0);
    CHECK(strcmp(result->matches[i]->rule_level, "high") == 0);
    CHECK(strcmp(result->level, "high") == 0);
    CHECK(result->matches[i]->json_size == strlen(result->matches[i]->json));
    CHECK(strstr(result->matches[i]->json, "{\"CommandLine\":\"powershell -enc QQ==\"}") != NULL);
    if (seen->id[0]) CHECK(strcmp(seen->id, result->matches[i]->alert_id) == 0);
    snprintf(seen->id, sizeof seen->id, "%s", result->matches[i]->alert_id);
  }
}

static const char json[] = "{\"CommandLine\":\"powershell -enc QQ==\"}";
static const char msgpack[] = "\x81\xab" "CommandLine\xb4" "powershell -enc QQ==";

/* One event in its three forms: the same alert, with one id. */
static void takes_three_forms(sigrun_engine *engine) {
  char error[256];
  const sigrun_pair pair = {.name = "CommandLine", .name_size = 11, .value = "powershell -enc QQ==", .value_size = 20};
  sigrun_event events[3];
  struct seen seen;
  memset(events, 0, sizeof events);
  memset(&seen, 0, sizeof seen);
  events[0].size = sizeof events[0];
  events[0].form = SIGRUN_JSON;
  events[0].bytes = json;
  events[0].byte_count = sizeof json - 1;
  events[1].form = SIGRUN_MSGPACK;
  events[1].bytes = msgpack;
  events[1].byte_count = sizeof msgpack - 1;
  events[2].form = SIGRUN_PAIRS;
  events[2].pairs = &pair;
  events[2].pair_count = 1;
  CHECK(evaluate_events(engine, "tag", 3, events, 3, SIGRUN_WANT_ALERTS, on_result, &seen, error, sizeof error) == SIGRUN_OK);
  CHECK(seen.results == 3 && seen.matches == 3);
}

/* What evaluating takes of the stack, with deep events, too. */
struct deep {
  sigrun_engine *engine;
  char *nested, *nested_msgpack;
  size_t nested_size, nested_msgpack_size;
};

static void *evaluate_deep(void *user) {
  struct deep *deep = user;
  sigrun_event events[2];
  takes_three_forms(deep->engine);
  memset(events, 0, sizeof events);
  events[0].size = sizeof events[0];
  events[0].form = SIGRUN_JSON;
  events[0].bytes = deep->nested;
  events[0].byte_count = deep->nested_size;
  events[1].form = SIGRUN_MSGPACK;
  events[1].bytes = deep->nested_msgpack;
  events[1].byte_count = deep->nested_msgpack_size;
  CHECK(evaluate_events(deep->engine, "deep", 4, events, 2, 0, NULL, NULL, NULL, 0) == SIGRUN_OK);
  return NULL;
}

static void needs_little_stack(sigrun_engine *engine) {
  enum { stack_bytes = 1 << 20, depth = 126, allowed = 64 << 10 };
  static char nested[2 * depth + 64], nested_msgpack[depth + 64];
  struct deep deep = {.engine = engine, .nested = nested, .nested_msgpack = nested_msgpack};
  deep.nested_size = (size_t)sprintf(nested, "{\"CommandLine\":");
  memset(nested + deep.nested_size, '[', depth);
  memset(nested + deep.nested_size + depth, ']', depth);
  deep.nested_size += 2 * depth;
  nested[deep.nested_size++] = '}';
  deep.nested_msgpack_size = (size_t)sprintf(nested_msgpack, "\x81\xab" "CommandLine");
  memset(nested_msgpack + deep.nested_msgpack_size, '\x91', depth);
  deep.nested_msgpack_size += depth;
  nested_msgpack[deep.nested_msgpack_size++] = '\x01';

  unsigned char *stack = mmap(NULL, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  pthread_attr_t attributes;
  pthread_t thread;
  memset(stack, 0xA5, stack_bytes);
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack, stack_bytes);
  CHECK(pthread_create(&thread, &attributes, evaluate_deep, &deep) == 0);
  pthread_join(thread, NULL);
  size_t untouched = 0;
  while (untouched < stack_bytes && stack[untouched] == 0xA5) ++untouched;
  printf("evaluating takes %zu bytes of the stack, events of depth %d included\n", (size_t)stack_bytes - untouched, depth);
  CHECK(stack_bytes - untouched < allowed);
  munmap(stack, stack_bytes);
}

int main(int argc, char **argv) {
  char error[512];
  if (argc < 2 || !mkdtemp(folder)) return 1;
  if (argc > 2 && strcmp(argv[2], "--aligned-to-8") == 0) {
    void *volatile block = malloc(64);
    CHECK((size_t)block % 16 == 8);  /* the other allocator is there */
    free(block);
  }
  void *library = dlopen(argv[1], RTLD_LOCAL | RTLD_LAZY);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  find(library, "sigrun_open", &open_engine);
  find(library, "sigrun_close", &close_engine);
  find(library, "sigrun_evaluate_events", &evaluate_events);
  find(library, "sigrun_reload", &reload);
  find(library, "sigrun_get_counters", &get_counters);
  find(library, "sigrun_ready", &is_ready);
  char command[4200];
  snprintf(command, sizeof command, "mkdir %s", path_of("rules"));
  if (system(command) != 0) return 1;
  write_file("rules/good.yml", rule);

  survives_what_is_no_yaml();

  write_file("sigrun.yaml", "rules: rules/good.yml\n");
  sigrun_engine *engine = opened("fail", SIGRUN_OK, error, sizeof error);
  takes_three_forms(engine);
  needs_little_stack(engine);
  sigrun_counters counters = {.size = sizeof counters};
  CHECK(get_counters(engine, &counters) == SIGRUN_OK);
  CHECK(counters.in == 8 && counters.alerts == 6);
  CHECK(counters.in == counters.processed + counters.degraded + counters.rejected + counters.dropped);
  close_engine(engine);

  snprintf(command, sizeof command, "rm -r %s", folder);
  CHECK(system(command) == 0);
  if (failures == 0) puts("the library lives in a C host");
  return failures == 0 ? 0 : 1;
}
