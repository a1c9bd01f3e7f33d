/* A host in which every event matches: a rule that is always true, and a correlation that fires for each of many groups, at a given pace for a given time, while alerts are taken
 * too slowly. Held to: counters add up; alerts of a rule keep to their rate; queue, spool and memory stay within their bounds.
 *
 *   stress CONFIGURATION STATE_FOLDER SECONDS EVENTS_PER_SECOND ALERT_RATE SPOOL_BYTES
 *
 * ALERT_RATE is the configuration's, of one second; 0: none. Exit status 0: all holds. */
#define _GNU_SOURCE
#include <sigrun/sigrun.h>

#include <dirent.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { feeders = 2, batch = 100, rules = 2, health_rules = 8 };

static int failures = 0;

#define CHECK(condition)                                                             \
  do {                                                                               \
    if (!(condition)) {                                                              \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                                    \
    }                                                                                \
  } while (0)

static sigrun_engine *engine;
static double seconds, pace;
static atomic_ulong sent, matched, taken;
static atomic_int done;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}
static void wait_until(double time) {
  const double left = time - now();
  if (left <= 0) return;
  const struct timespec span = {(time_t)left, (long)((left - (double)(time_t)left) * 1e9)};
  nanosleep(&span, NULL);
}

static void count(const sigrun_result *result, void *user) {
  (void)user;
  matched += result->match_count;
}

static void *feed(void *argument) {
  const unsigned feeder = *(const unsigned *)argument;
  static char texts[feeders][batch][256];
  sigrun_event events[batch];
  char name[32], error[256];
  unsigned long number = 0;
  const double begun = now();
  double next = begun;
  snprintf(name, sizeof name, "feeder %u", feeder);
  while (now() - begun < seconds) {
    for (unsigned i = 0; i < batch; ++i, ++number) {
      const int size = snprintf(texts[feeder][i], sizeof texts[feeder][i],
                                "{\"EventID\":1,\"host\":\"host-%lu\",\"user\":\"user-%lu\",\"message\":\"event %lu of %u\"}", number % 5000, number % 77,
                                number, feeder);
      events[i] = (sigrun_event){.size = sizeof events[i], .form = SIGRUN_JSON, .bytes = texts[feeder][i], .byte_count = (size_t)size};
      events[i].received = (int64_t)time(NULL) * 1000000000;
    }
    CHECK(sigrun_evaluate_events(engine, name, strlen(name), events, batch, 0, count, NULL, error, sizeof error) == SIGRUN_OK);
    sent += batch;
    /* What it was late by is not caught up with: a burst is no pace. */
    next += batch / (pace / feeders);
    if (now() > next + 0.1) next = now();
    wait_until(next);
  }
  return NULL;
}

static int take_one(const sigrun_queued_alert *alert, void *user) {
  ++taken;
  *(uint64_t *)user = alert->sequence;
  return 1;
}
/* Takes for a while, and then nothing for as long. */
static void *take(void *nothing) {
  const double begun = now();
  while (!done) {
    uint64_t sequence = 0;
    if ((unsigned long)(now() - begun) % 4 < 2) {
      CHECK(sigrun_next_alerts(engine, 100, 200, take_one, &sequence, NULL, NULL, 0) == SIGRUN_OK);
      if (sequence > 0) CHECK(sigrun_acknowledge_alerts(engine, sequence, NULL, 0) == SIGRUN_OK);
    }
    usleep(20000);
  }
  return nothing;
}

static size_t resident(void) {
  size_t pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%*u %zu", &pages) != 1) CHECK(!"/proc/self/statm");
  if (file) fclose(file);
  return pages * (size_t)sysconf(_SC_PAGESIZE);
}
static size_t bytes_in(const char *folder) {
  size_t sum = 0;
  DIR *open = opendir(folder);
  for (struct dirent *entry; open && (entry = readdir(open));) {
    char path[8192];
    struct stat what;
    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    if (stat(path, &what) == 0 && S_ISREG(what.st_mode)) sum += (size_t)what.st_size;
  }
  if (open) closedir(open);
  return sum;
}

int main(int argc, char **argv) {
  if (argc != 7) return 3;
  seconds = atof(argv[3]);
  pace = atof(argv[4]);
  const double alert_rate = atof(argv[5]), spool_bytes = atof(argv[6]);
  const sigrun_options options = {.size = sizeof options, .configuration = argv[1], .state_folder = argv[2]};
  char error[256], spool[4096];
  snprintf(spool, sizeof spool, "%s/alerts", argv[2]);
  if (sigrun_open(&options, &engine, error, sizeof error) != SIGRUN_OK) return fprintf(stderr, "%s\n", error), 1;

  pthread_t feeding[feeders], taking;
  unsigned numbers[feeders];
  const double begun = now();
  for (unsigned i = 0; i < feeders; ++i) {
    numbers[i] = i;
    pthread_create(&feeding[i], NULL, feed, &numbers[i]);
  }
  pthread_create(&taking, NULL, take, NULL);

  /* Memory: what it is after half of the time is what it stays. */
  size_t warm = 0, most = 0, most_spool = 0;
  uint64_t most_queue = 0, most_behind = 0;
  double said = 0;
  while (now() - begun < seconds) {
    usleep(200000);
    sigrun_counters counters = {.size = sizeof counters};
    CHECK(sigrun_get_counters(engine, &counters) == SIGRUN_OK);
    const size_t memory = resident(), disk = bytes_in(spool);
    if (now() - begun < seconds / 2 ? memory > warm : 0) warm = memory;
    if (memory > most) most = memory;
    if (disk > most_spool) most_spool = disk;
    if (counters.queue_bytes > most_queue) most_queue = counters.queue_bytes;
    if (counters.behind_bytes > most_behind) most_behind = counters.behind_bytes;
    if (now() - said >= 60) {
      said = now();
      printf("%4.0f s: %lu events, %" PRIu64 " raised, %" PRIu64 " held back, %" PRIu64 " lost, resident %.1f MB, spool %.1f MB\n", now() - begun, sent,
             counters.alerts + counters.correlation_alerts, counters.alerts_held_back, counters.alerts_lost, (double)memory / 1e6, (double)disk / 1e6);
      fflush(stdout);
    }
  }
  for (unsigned i = 0; i < feeders; ++i) pthread_join(feeding[i], NULL);
  const double took = now() - begun;
  done = 1;
  pthread_join(taking, NULL);

  CHECK(sigrun_flush(engine, error, sizeof error) == SIGRUN_OK);
  uint64_t sequence = 0;
  do {
    sequence = 0;
    CHECK(sigrun_next_alerts(engine, 0, 100000, take_one, &sequence, NULL, NULL, 0) == SIGRUN_OK);
    if (sequence > 0) CHECK(sigrun_acknowledge_alerts(engine, sequence, NULL, 0) == SIGRUN_OK);
  } while (sequence > 0);

  sigrun_counters counters = {.size = sizeof counters};
  CHECK(sigrun_get_counters(engine, &counters) == SIGRUN_OK);
  const uint64_t raised = counters.alerts + counters.correlation_alerts;
  printf("%lu events in %.1f s (%.0f/s), %lu matches, %" PRIu64 " alerts of correlations, %" PRIu64 " of health\n"
         "%" PRIu64 " put into the queue, %" PRIu64 " held back, %" PRIu64 " taken, %" PRIu64 " lost\n"
         "at most: %.1f MB in the queue, %.1f MB in the spool, %.1f MB behind; resident %.1f MB after half of it, %.1f MB at most\n",
         sent, took, (double)sent / took, matched, counters.correlation_alerts, counters.health_alerts, counters.alerts_queued, counters.alerts_held_back,
         counters.alerts_taken, counters.alerts_lost, (double)most_queue / 1e6, (double)most_spool / 1e6, (double)most_behind / 1e6, (double)warm / 1e6,
         (double)most / 1e6);

  CHECK(counters.in == sent);
  CHECK(counters.in == counters.processed + counters.degraded + counters.rejected + counters.dropped);
  CHECK(counters.processed == sent);
  CHECK(matched == sent && counters.alerts == sent);
  CHECK(counters.correlation_alerts > 0);
  /* What is raised is held back, or put into the queue, or lost; what was put there is taken, or lost. Health is no rule's. */
  CHECK(counters.alerts_queued <= raised + counters.health_alerts);
  CHECK(raised <= counters.alerts_held_back + counters.alerts_queued);
  CHECK(counters.alerts_taken + counters.alerts_lost >= counters.alerts_queued);
  CHECK(counters.alerts_taken + counters.alerts_lost <= counters.alerts_queued + counters.health_alerts);
  CHECK(counters.alerts_taken == taken);
  CHECK(counters.queue_alerts == 0);
  if (alert_rate > 0) CHECK((double)counters.alerts_queued <= alert_rate * rules * (took + 2) + health_rules * (took + 2));
  if (alert_rate > 0) CHECK(counters.alerts_held_back > 0);
  /* The last segment may be begun beyond the bound. */
  CHECK((double)most_queue <= spool_bytes * 1.25);
  CHECK((double)most_spool <= spool_bytes * 1.25 + 65536);
  /* In a few minutes what the correlation counts has not come to its bounds (run.sh: 20 MiB) when half is over. */
  CHECK((double)most <= (double)warm * 1.05 + (seconds < 240 ? 24e6 : 2e6));
  if ((double)sent / took < pace / 2) printf("the machine was too slow for that pace: this says little\n");
  sigrun_close(engine);
  return failures > 0;
}
