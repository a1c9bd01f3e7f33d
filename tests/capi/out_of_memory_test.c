/* What each function does when memory runs out, at its first allocation, its second, and so on until it needs none of those: a status, or an event that is counted as
 * dropped; never the end of the process, never a rule or an alert that is missing in silence. Run with failing_malloc preloaded. The argument is the folder of rules, "--others" behind it
 * lets the engine's thread run out of memory instead. Exit status 0: all holds. */
#define _GNU_SOURCE
#include <sigrun/sigrun.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int failures = 0;
static const char *doing = "";
static unsigned long at = 0;

#define CHECK(condition)                                                                                              \
  do {                                                                                                                \
    if (!(condition)) {                                                                                               \
      if (++failures <= 20)                                                                                           \
        fprintf(stderr, "%s:%d: %s, allocation %lu: does not hold: %s\n", __FILE__, __LINE__, doing, at, #condition); \
    }                                                                                                                 \
  } while (0)

static void (*fail_allocation_at)(unsigned long, int);
static unsigned long (*allocations_left)(void);
static void (*fail_allocation_of_others_at)(unsigned long);

static const char rule[] =
    "title: Encoded command\nid: 6c1e9b0e-6a53-4d0e-a7d2-0f2f4b1f2a11\nname: encoded\nstatus: test\n"
    "logsource: {category: process_creation, product: windows}\n"
    "detection:\n  selection:\n    CommandLine|contains: ' -enc '\n  pattern:\n    CommandLine|re: '(pw|power)shell.*-enc'\n"
    "  condition: selection and pattern\nlevel: high\n"
    "---\ntitle: Often\nid: 6c1e9b0e-6a53-4d0e-a7d2-0f2f4b1f2a12\nstatus: test\n"
    "correlation:\n  type: event_count\n  rules: encoded\n  group-by: [Computer]\n  timespan: 1h\n  condition: {gte: 2}\n  generate: true\nlevel: high\n";
static const char event_text[] =
    "{\"EventID\":1,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"Computer\":\"a\",\"UtcTime\":\"2026-11-23 10:00:00.000\","
    "\"CommandLine\":\"powershell -enc aGVsbG8=\",\"Image\":\"C:\\\\x.exe\"}";

static char folder[] = "/tmp/sigrun-memory-XXXXXX";
static char rules_path[64], configuration_path[64], state_path[64];

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  if (!file || fputs(text, file) < 0 || fclose(file) != 0) {
    perror(path);
    exit(1);
  }
}

static sigrun_engine *engine;
static size_t matched, results, dropped;

static void count_result(const sigrun_result *result, void *user) {
  (void)user;
  ++results;
  matched += result->match_count;
  dropped += result->outcome == SIGRUN_DROPPED;
}
static void count_alert(const sigrun_alert *alert, void *user) {
  (void)alert, (void)user;
  ++matched;
}
static int take_one(const sigrun_queued_alert *alert, void *user) {
  memcpy(user, &alert->sequence, sizeof alert->sequence);
  return 1;
}
static void take_text(const char *text, size_t size, void *user) { (void)text, (void)user, results += size > 0; }

static sigrun_status open_it(void) {
  const sigrun_options options = {.size = sizeof options, .configuration = configuration_path};
  char error[256];
  return sigrun_open(&options, &engine, error, sizeof error);
}
static sigrun_status evaluate(int form) {
  static const sigrun_pair pairs[] = {{"EventID", 7, "1", 1, SIGRUN_NUMBER, 0},
                                      {"Channel", 7, "Microsoft-Windows-Sysmon/Operational", 36, SIGRUN_TEXT, 0},
                                      {"CommandLine", 11, "powershell -enc aGVsbG8=", 24, SIGRUN_TEXT, 0}};
  static const char packed[] =
      "\x83\xa7" "EventID\x01\xa7" "Channel\xd9\x24" "Microsoft-Windows-Sysmon/Operational\xab" "CommandLine\xb8" "powershell -enc aGVsbG8=";
  sigrun_event event = {.size = sizeof event, .form = form, .bytes = event_text, .byte_count = sizeof event_text - 1};
  if (form == SIGRUN_MSGPACK) event.bytes = packed, event.byte_count = sizeof packed - 1;
  if (form == SIGRUN_PAIRS) event.pairs = pairs, event.pair_count = 3;
  return sigrun_evaluate_events(engine, "in", 2, &event, 1, SIGRUN_WANT_ALERTS | SIGRUN_ALL_RESULTS, count_result, NULL, NULL, 0);
}
static sigrun_status evaluate_json(void) { return evaluate(SIGRUN_JSON); }
static sigrun_status evaluate_msgpack(void) { return evaluate(SIGRUN_MSGPACK); }
static sigrun_status evaluate_pairs(void) { return evaluate(SIGRUN_PAIRS); }
static sigrun_status evaluate_text(void) {
  return sigrun_evaluate(engine, event_text, sizeof event_text - 1, "text", count_alert, NULL, NULL, 0);
}
static sigrun_status take_alerts(void) {
  uint64_t sequence = 0;
  const sigrun_status status = sigrun_next_alerts(engine, 0, 10, take_one, &sequence, NULL, NULL, 0);
  return status == SIGRUN_OK ? sigrun_acknowledge_alerts(engine, sequence, NULL, 0) : status;
}
static sigrun_status reload(void) {
  sigrun_reload_report report = {.size = sizeof report};
  return sigrun_reload(engine, &report, NULL, NULL, NULL, 0);
}
static sigrun_status flush(void) { return sigrun_flush(engine, NULL, 0); }
static sigrun_status snapshot(void) { return sigrun_snapshot(engine, NULL, 0); }
static sigrun_status count(void) {
  sigrun_counters counters = {.size = sizeof counters};
  return sigrun_get_counters(engine, &counters);
}
static sigrun_status write_metrics(void) { return sigrun_write_metrics(engine, NULL, take_text, NULL); }

static int is_balanced(uint64_t *in) {
  sigrun_counters counters = {.size = sizeof counters};
  const sigrun_status status = sigrun_get_counters(engine, &counters);
  *in = counters.in;
  return status == SIGRUN_OK && counters.in == counters.processed + counters.degraded + counters.rejected + counters.dropped;
}

/* The engine is whole: an event matches, or the rules say that they are not there. */
static void check_engine(int ready) {
  char error[256];
  uint64_t in;
  if (sigrun_ready(engine, error, sizeof error) == 0) {
    CHECK(!ready);
    CHECK(error[0] != '\0');
    return;
  }
  CHECK(sigrun_rule_count(engine) == 1 || sigrun_problem_count(engine) > 0);
  if (sigrun_rule_count(engine) != 1) return;
  matched = 0;
  CHECK(evaluate(SIGRUN_JSON) == SIGRUN_OK);
  CHECK(matched == 1);
  CHECK(is_balanced(&in));
}

static int count_correlations(const sigrun_queued_alert *alert, void *user) {
  if (strstr(alert->json, "\"kind\":\"correlation\"")) ++*(size_t *)user;
  return sigrun_acknowledge_alerts(engine, alert->sequence, NULL, 0) == SIGRUN_OK;
}
/* Correlations are there: two events of a computer that was not seen before raise an alert. */
static void check_correlations(void) {
  static unsigned number;
  char text[512];
  size_t found = 0;
  snprintf(text, sizeof text,
           "{\"EventID\":1,\"Channel\":\"Microsoft-Windows-Sysmon/Operational\",\"Computer\":\"c%u\",\"UtcTime\":\"2026-11-23 10:00:00.000\","
           "\"CommandLine\":\"powershell -enc aGVsbG8=\"}",
           ++number);
  const sigrun_event event = {.size = sizeof event, .form = SIGRUN_JSON, .bytes = text, .byte_count = strlen(text)};
  CHECK(sigrun_flush(engine, NULL, 0) == SIGRUN_OK);
  CHECK(sigrun_next_alerts(engine, 0, 1000000, count_correlations, &found, NULL, NULL, 0) == SIGRUN_OK);
  found = 0;
  for (int i = 0; i < 2; ++i) CHECK(sigrun_evaluate_events(engine, "in", 2, &event, 1, 0, NULL, NULL, NULL, 0) == SIGRUN_OK);
  CHECK(sigrun_flush(engine, NULL, 0) == SIGRUN_OK);
  CHECK(sigrun_next_alerts(engine, 0, 1000000, count_correlations, &found, NULL, NULL, 0) == SIGRUN_OK);
  CHECK(found == 1);
}

/* One function, out of memory at each of its allocations: each of the first thousand, then ever fewer. */
static void exhaust(const char *name, sigrun_status (*function)(void), int is_evaluation, int checks_correlations) {
  unsigned long runs = 0;
  for (int from_then_on = 0; from_then_on < 2; ++from_then_on) {
    for (at = 1;; at += at < 1000 ? 1 : at / 100) {
      doing = name;
      uint64_t before = 0, after = 0;
      if (is_evaluation) CHECK(is_balanced(&before));
      matched = results = dropped = 0;
      fail_allocation_at(at, from_then_on);
      const sigrun_status status = function();
      const int has_failed = from_then_on ? allocations_left() == 1 : allocations_left() == 0;
      fail_allocation_at(0, 0);
      ++runs;
      if (is_evaluation) {
        CHECK(is_balanced(&after));
        /* The event was taken and has an outcome, or the call says that it was not. */
        CHECK(status != SIGRUN_OK || after == before + 1);
        CHECK(status != SIGRUN_OK || matched == 1 || dropped == 1);
      }
      check_engine(1);
      if (checks_correlations) {
        usleep(status == SIGRUN_OK ? 0 : 1000);
        check_correlations();
      }
      if (!has_failed) {
        CHECK(status == SIGRUN_OK);
        break;
      }
      if (failures > 20) return;
    }
  }
  printf("%s: %lu runs\n", name, runs);
}

/* sigrun_open and sigrun_close. */
static void exhaust_opening(void) {
  unsigned long runs = 0;
  for (at = 1;; at += at < 300 ? 1 : at / 30) {
    doing = "open";
    fail_allocation_at(at, 0);
    const sigrun_status status = open_it();
    const int has_failed = allocations_left() == 0;
    fail_allocation_at(0, 0);
    ++runs;
    CHECK((engine != NULL) == (status == SIGRUN_OK || status == SIGRUN_NOT_READY));
    CHECK(has_failed || status == SIGRUN_OK);
    if (engine) {
      check_engine(0);
      doing = "close";
      fail_allocation_at(at, 1);
      sigrun_close(engine);
      fail_allocation_at(0, 0);
    }
    if (!has_failed || failures > 20) break;
  }
  printf("open and close: %lu runs\n", runs);
}

/* The engine's thread runs out of memory while events come: events are lost to correlations, an alert says so, and the engine goes on. */
static void starve_others(void) {
  doing = "the engine's thread";
  for (at = 1; at < 400; at += at < 50 ? 1 : 10) {
    fail_allocation_of_others_at(at);
    for (int i = 0; i < 20; ++i) CHECK(evaluate(SIGRUN_JSON) == SIGRUN_OK);
    usleep(20000);
    fail_allocation_of_others_at(0);
    check_engine(1);
  }
  uint64_t sequence = 0;
  CHECK(sigrun_flush(engine, NULL, 0) == SIGRUN_OK);
  CHECK(sigrun_snapshot(engine, NULL, 0) == SIGRUN_OK);
  CHECK(sigrun_next_alerts(engine, 0, 1000000, take_one, &sequence, NULL, NULL, 0) == SIGRUN_OK);
  CHECK(sequence > 0);
}

static void find(const char *name, void *function) {
  void *found = dlsym(RTLD_DEFAULT, name);
  if (!found) {
    fprintf(stderr, "failing_malloc is not preloaded\n");
    exit(1);
  }
  memcpy(function, &found, sizeof found);
}

int main(int argc, char **argv) {
  find("fail_allocation_at", &fail_allocation_at);
  find("allocations_left", &allocations_left);
  find("fail_allocation_of_others_at", &fail_allocation_of_others_at);
  if (!mkdtemp(folder)) return 1;
  snprintf(rules_path, sizeof rules_path, "%s/rule.yml", folder);
  snprintf(configuration_path, sizeof configuration_path, "%s/sigrun.yaml", folder);
  snprintf(state_path, sizeof state_path, "%s/state", folder);
  write_file(rules_path, rule);
  char text[512];
  snprintf(text, sizeof text, "rules: [%s]\nstate: {folder: %s}\nlive: {queue-detections: true, spool-full: drop-oldest, spool-size: 1MiB}\n", rules_path, state_path);
  write_file(configuration_path, text);
  if (argc > 1 && strcmp(argv[1], "--others") == 0) {
    if (open_it() != SIGRUN_OK) return 1;
    starve_others();
    sigrun_close(engine);
  } else {
    exhaust_opening();
    if (failures == 0 && open_it() != SIGRUN_OK) return 1;
    if (failures == 0) {
      exhaust("evaluate JSON", evaluate_json, 1, 0);
      exhaust("evaluate msgpack", evaluate_msgpack, 1, 0);
      exhaust("evaluate pairs", evaluate_pairs, 1, 0);
      exhaust("evaluate a text", evaluate_text, 0, 0);
      exhaust("take alerts", take_alerts, 0, 0);
      exhaust("count", count, 0, 0);
      exhaust("write metrics", write_metrics, 0, 0);
      exhaust("flush", flush, 0, 1);
      exhaust("snapshot", snapshot, 0, 1);
      exhaust("reload", reload, 0, 1);
      sigrun_close(engine);
    }
  }
  snprintf(text, sizeof text, "rm -rf %s", folder);
  if (system(text) != 0) return 1;
  if (failures > 0) fprintf(stderr, "%d failures\n", failures);
  return failures > 0;
}
