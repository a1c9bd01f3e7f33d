/* Loads the plugin as Fluent Bit does, and calls it as Fluent Bit does: register, init, chunks of records, the input's
 * callbacks, pause, reload, exit; from several threads, on coroutine stacks of 24 KiB with a page behind them that must
 * not be touched.
 *
 * host_harness FOLDER   where sigrun.so and flb-filter_sigrun.so are. Exit status 0: all holds. The other arguments are
 * for calls of itself. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static int failures = 0;

#define CHECK(condition)                                                             \
  do {                                                                               \
    if (!(condition)) {                                                              \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      __atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);                            \
    }                                                                                \
  } while (0)

/* ---- what the host exports --------------------------------------------------------------------------------------------- */

struct flb_filter_instance {
  const char** properties; /* name, value, …, null */
  void* context;
};

static const char* property_of(const char* key, const char** properties) {
  for (; properties && *properties; properties += 2)
    if (strcasecmp(*properties, key) == 0) return properties[1];
  return NULL;
}
const char* flb_filter_get_property(const char* key, struct flb_filter_instance* instance) {
  return property_of(key, instance->properties);
}
void flb_filter_set_context(struct flb_filter_instance* instance, void* context) {
  instance->context = context;
}
static const char* input_get_property(const char* key, void* instance) { return property_of(key, instance); }

static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static char log_text[1 << 20];
static size_t log_size = 0;
void flb_log_print(int type, const char* file, int line, const char* format, ...) {
  (void)file, (void)line;
  char text[8192];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  pthread_mutex_lock(&log_mutex);
  log_size += snprintf(log_text + log_size, sizeof log_text - log_size, "%d %s\n", type, text);
  if (log_size > sizeof log_text / 2) log_size = 0;
  pthread_mutex_unlock(&log_mutex);
  if (getenv("HARNESS_LOG")) fprintf(stderr, "log %d %s\n", type, text);
}
static int log_has(const char* text) {
  pthread_mutex_lock(&log_mutex);
  const int has = strstr(log_text, text) != NULL;
  pthread_mutex_unlock(&log_mutex);
  return has;
}
static void clear_log(void) {
  pthread_mutex_lock(&log_mutex);
  memset(log_text, 0, log_size);
  log_size = 0;
  pthread_mutex_unlock(&log_mutex);
}

/* ---- the plugin -------------------------------------------------------------------------------------------------------- */

struct filter_plugin {
  int event_type, flags;
  const char *name, *description;
  void* config_map;
  int (*pre_run)(void*, void*, void*);
  int (*init)(struct flb_filter_instance*, void*, void*);
  int (*filter)(const void*, size_t, const char*, int, void**, size_t*, struct flb_filter_instance*, void*,
                void*, void*);
  int (*exit)(void*, void*);
  int (*notification)(void*, void*, void*);
};
struct definition {
  int type, proxy, flags;
  const char *name, *description;
};
struct api {
  const char* (*output_get_property)(const char*, void*);
  const char* (*input_get_property)(const char*, void*);
  void* (*output_get_metrics)(void*);
  void* (*input_get_metrics)(void*);
};
struct context {
  int fd;
  void* second;
  void* third;
};
struct proxy_plugin {
  char* name;
  struct api* api;
  void* instance;
  struct context* context;
};

static struct filter_plugin plugin;
static int (*proxy_register)(struct definition*);
static int (*proxy_init)(struct proxy_plugin*);
static int (*proxy_callback)(void**, size_t*);
static int (*proxy_callback_ctx)(void*, void**, size_t*);
static int (*proxy_cleanup)(void*);
static int (*proxy_exit)(void);
static void (*proxy_pause)(void);
static void (*proxy_resume)(void);
static struct api api = {NULL, input_get_property, NULL, NULL}; /* a host without metrics */

static void load(const char* folder) {
  char path[4096];
  snprintf(path, sizeof path, "%s/sigrun.so", folder);
  void* proxy = dlopen(path, RTLD_LAZY);
  snprintf(path, sizeof path, "%s/flb-filter_sigrun.so", folder);
  void* native = dlopen(path, RTLD_LAZY);
  if (!proxy || !native) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  void* symbol = dlsym(native, "filter_sigrun_plugin");
  CHECK(symbol && symbol == dlsym(proxy, "filter_sigrun_plugin")); /* one copy, so one set of engines */
  if (!symbol) exit(1);
  memcpy(&plugin, symbol, sizeof plugin);
  CHECK(strcmp(plugin.name, "sigrun") == 0 && plugin.event_type == 1 && !plugin.config_map);
  *(void**)&proxy_register = dlsym(proxy, "FLBPluginRegister");
  *(void**)&proxy_init = dlsym(proxy, "FLBPluginInit");
  *(void**)&proxy_callback = dlsym(proxy, "FLBPluginInputCallback");
  *(void**)&proxy_callback_ctx = dlsym(proxy, "FLBPluginInputCallbackCtx");
  *(void**)&proxy_cleanup = dlsym(proxy, "FLBPluginInputCleanupCallback");
  *(void**)&proxy_exit = dlsym(proxy, "FLBPluginExit");
  *(void**)&proxy_pause = dlsym(proxy, "FLBPluginInputPause");
  *(void**)&proxy_resume = dlsym(proxy, "FLBPluginInputResume");
  CHECK(proxy_register && proxy_init && proxy_callback && proxy_callback_ctx && proxy_cleanup && proxy_exit &&
        proxy_pause && proxy_resume);
}

static void register_input(void) {
  /* 32 bytes that are not zeroed, and somebody else's behind them. */
  struct {
    struct definition definition;
    unsigned char behind[32];
  } memory;
  memset(&memory, 0xA5, sizeof memory);
  CHECK(proxy_register(&memory.definition) != -1);
  CHECK(memory.definition.type == 1 && memory.definition.proxy == 11 && memory.definition.flags == 0);
  CHECK(strcmp(memory.definition.name, "sigrun_alerts") == 0 && memory.definition.description);
  for (size_t i = 0; i < sizeof memory.behind; ++i) CHECK(memory.behind[i] == 0xA5);
}

static int begin_filter(struct flb_filter_instance* instance, const char** properties) {
  instance->properties = properties;
  instance->context = NULL;
  return plugin.init(instance, NULL, NULL);
}

/* ---- msgpack ----------------------------------------------------------------------------------------------------------- */

struct bytes {
  unsigned char* data;
  size_t size, capacity;
};
static void put(struct bytes* to, const void* data, size_t size) {
  if (to->size + size > to->capacity) {
    to->capacity = (to->size + size) * 2;
    to->data = realloc(to->data, to->capacity);
  }
  memcpy(to->data + to->size, data, size);
  to->size += size;
}
static void put_byte(struct bytes* to, int byte) {
  const unsigned char c = (unsigned char)byte;
  put(to, &c, 1);
}
static void put_text(struct bytes* to, const char* text) {
  const size_t size = strlen(text);
  if (size < 32) {
    put_byte(to, 0xA0 | (int)size);
  } else if (size < 256) {
    put_byte(to, 0xD9), put_byte(to, (int)size);
  } else {
    put_byte(to, 0xDA), put_byte(to, (int)(size >> 8)), put_byte(to, (int)size);
  }
  put(to, text, size);
}
static void put_time(struct bytes* to, uint32_t seconds) {
  const unsigned char bytes[10] = {0xD7, 0, seconds >> 24, seconds >> 16, seconds >> 8, seconds, 0, 0, 0, 7};
  put(to, bytes, sizeof bytes);
}
/* [[time, metadata], … */
static void put_head(struct bytes* to, uint32_t seconds) {
  put_byte(to, 0x92), put_byte(to, 0x92);
  put_time(to, seconds);
  put_byte(to, 0x81), put_text(to, "origin"), put_text(to, "edge");
}

#define RULE "6c1e9b0e-6a53-4d0e-a7d2-0f2f4b1f2a11"
#define MATCHING "powershell -enc QQ=="

/* What is expected behind a body of one rule that matched; '?' stands for a digit of the alert's id. */
static void put_annotation(struct bytes* to) {
  put_text(to, "sigrun"), put_byte(to, 0x83);
  put_text(to, "level"), put_text(to, "high");
  put_text(to, "rules"), put_byte(to, 0x91), put_byte(to, 0x82);
  put_text(to, "id"), put_text(to, RULE), put_text(to, "title"), put_text(to, "Encoded command");
  put_text(to, "alerts"), put_byte(to, 0x91), put_text(to, "????????????????????????????????");
}

static int same(const struct bytes* expected, const void* data, size_t size) {
  if (expected->size != size) return 0;
  for (size_t i = 0; i < size; ++i) {
    const unsigned char is = ((const unsigned char*)data)[i];
    if (expected->data[i] != is && !(expected->data[i] == '?' && strchr("0123456789abcdef", is))) return 0;
  }
  return 1;
}

static int run_filter(struct flb_filter_instance* instance, const struct bytes* chunk, void** out,
                      size_t* size) {
  *out = NULL;
  *size = 0;
  return plugin.filter(chunk->data, chunk->size, "tag", 3, out, size, instance, NULL, instance->context,
                       NULL);
}
static void expect(struct flb_filter_instance* instance, const struct bytes* chunk,
                   const struct bytes* expected, int line) {
  void* out;
  size_t size;
  const int answer = run_filter(instance, chunk, &out, &size);
  if (!expected ? answer != 2 || out : answer != 1 || !same(expected, out, size)) {
    fprintf(stderr, "line %d: the filter answers %d with %zu bytes, not as expected\n", line, answer, size);
    ++failures;
    if (getenv("HARNESS_LOG") && out) fwrite(out, 1, size, stderr);
  }
  free(out);
}
#define EXPECT(instance, chunk, expected) expect(instance, chunk, expected, __LINE__)

static void one_record(struct bytes* chunk, const char* key, const char* value, int annotated) {
  put_head(chunk, 1700000000);
  put_byte(chunk, annotated ? 0x82 : 0x81);
  put_text(chunk, key), put_text(chunk, value);
  if (annotated) put_annotation(chunk);
}

/* ---- files ------------------------------------------------------------------------------------------------------------- */

static char folder[] = "/tmp/sigrun-fluent-bit-XXXXXX";
static const char* in_folder(const char* name) {
  static char paths[8][4096];
  static int next = 0;
  char* path = paths[next++ % 8];
  snprintf(path, 4096, "%s/%s", folder, name);
  return path;
}
static void write_file(const char* name, const char* text) {
  FILE* file = fopen(in_folder(name), "wb");
  if (!file || fwrite(text, 1, strlen(text), file) != strlen(text) || fclose(file) != 0) {
    perror(name);
    exit(1);
  }
}
static const char detection[] =
    "title: Encoded command\nid: " RULE
    "\nlogsource: {category: process_creation, product: windows}\ndetection:\n"
    "  selection:\n    CommandLine|contains: ' -enc '\n  condition: selection\nlevel: high\n";
static const char logons[] =
    "title: Failed logon\nname: failed_logon\nid: 6c1e9b0e-6a53-4d0e-a7d2-0f2f4b1f2a13\n"
    "logsource: {product: windows}\ndetection:\n  selection:\n    Failed: 'yes'\n  condition: "
    "selection\nlevel: low\n";
static const char correlation[] =
    "title: Several Failed Logons\nid: 6c1e9b0e-6a53-4d0e-a7d2-0f2f4b1f2a12\ncorrelation:\n  type: "
    "event_count\n"
    "  rules: [failed_logon]\n  group-by: [User]\n  timespan: 5m\n  condition: {gte: 3}\nlevel: critical\n";

static void logon(struct flb_filter_instance* instance, const char* user, unsigned number) {
  struct bytes chunk = {0};
  char id[16];
  snprintf(id, sizeof id, "%u", number);
  put_head(&chunk, (uint32_t)time(NULL));
  put_byte(&chunk, 0x83);
  put_text(&chunk, "Failed"), put_text(&chunk, "yes");
  put_text(&chunk, "User"), put_text(&chunk, user);
  put_text(&chunk, "Number"), put_text(&chunk, id);
  EXPECT(instance, &chunk, NULL); /* muted by the correlation */
  free(chunk.data);
}

/* ---- tests ------------------------------------------------------------------------------------------------------------- */

static void refuses_bad_options(void) {
  struct flb_filter_instance instance;
  const char* nothing[] = {NULL};
  CHECK(begin_filter(&instance, nothing) == -1 && log_has("config is missing"));
  const char* level[] = {"config", in_folder("plain.yaml"), "min_level", "hihg", NULL};
  CHECK(begin_filter(&instance, level) == -1 && log_has("no such level: hihg"));
  const char* fail[] = {"config", in_folder("broken.yaml"), "on_load_error", "fail", NULL};
  CHECK(begin_filter(&instance, fail) == -1);
  const char* pass[] = {"config", in_folder("broken.yaml"), NULL};
  CHECK(begin_filter(&instance, pass) == 0 && log_has("broken.yaml:2:5: error"));
  struct bytes chunk = {0};
  one_record(&chunk, "CommandLine", MATCHING, 0);
  EXPECT(&instance, &chunk, NULL);
  plugin.exit(instance.context, NULL);
  const char* no_field[] = {"config", in_folder("plain.yaml"), "field", "", NULL};
  CHECK(begin_filter(&instance, no_field) == -1 && log_has("field is empty"));
  struct context context = {3, NULL, NULL};
  const char* bad_seconds[] = {"config", in_folder("plain.yaml"), "acknowledge_after", "soon", NULL};
  struct proxy_plugin input = {NULL, &api, bad_seconds, &context};
  CHECK(proxy_init(&input) <= 0 && log_has("acknowledge_after"));
  free(chunk.data);
}

static void annotates_what_matches(void) {
  struct flb_filter_instance instance;
  const char* properties[] = {"config", in_folder("plain.yaml"), NULL};
  CHECK(begin_filter(&instance, properties) == 0);
  struct bytes chunk = {0}, expected = {0};

  one_record(&chunk, "CommandLine", "notepad", 0);
  EXPECT(&instance, &chunk, NULL);

  /* Among others, with markers of a group around, whose bodies would match if they were events. */
  chunk.size = 0;
  for (int annotated = 0; annotated < 2; ++annotated) {
    struct bytes* to = annotated ? &expected : &chunk;
    one_record(to, "CommandLine", "notepad", 0);
    put_head(to, 0xFFFFFFFF), put_byte(to, 0x81), put_text(to, "CommandLine"), put_text(to, MATCHING);
    one_record(to, "CommandLine", MATCHING, annotated);
    put_head(to, 0xFFFFFFFE), put_byte(to, 0x80);
    one_record(to, "CommandLine", MATCHING, annotated);
    /* As of old: [time, body], seconds as an integer; with what JSON cannot say. */
    put_byte(to, 0x92), put(to, "\xCE\x65\x53\xF1\x00", 5), put_byte(to, 0x84 + annotated);
    put_byte(to, 0x07), put(to, "\xD4\x05\xFF", 3); /* 7: an ext */
    put_text(to, "bin"), put(to, "\xC4\x02\xFF\xFE", 4);
    put_text(to, "bad"), put(to, "\xA2\xC3\x28", 3);
    put_text(to, "CommandLine"), put_text(to, MATCHING);
    if (annotated) put_annotation(to);
    one_record(to, "CommandLine", "notepad", 0);
  }
  EXPECT(&instance, &chunk, &expected);

  /* The map's head grows with its 16th and its 65536th entry. */
  const unsigned counts[] = {15, 16, 65535, 70000};
  for (size_t i = 0; i < 4; ++i) {
    const unsigned count = counts[i];
    chunk.size = expected.size = 0;
    for (int annotated = 0; annotated < 2; ++annotated) {
      struct bytes* to = annotated ? &expected : &chunk;
      const unsigned entries = count + (unsigned)annotated;
      put_head(to, 5);
      if (entries < 16)
        put_byte(to, 0x80 | (int)entries);
      else if (entries < 65536)
        put_byte(to, 0xDE), put_byte(to, (int)(entries >> 8)), put_byte(to, (int)entries);
      else
        put_byte(to, 0xDF), put_byte(to, 0), put_byte(to, (int)(entries >> 16)),
            put_byte(to, (int)(entries >> 8)), put_byte(to, (int)entries);
      put_text(to, "CommandLine"), put_text(to, MATCHING);
      for (unsigned j = 1; j < count; ++j) {
        char key[16];
        snprintf(key, sizeof key, "k%u", j);
        put_text(to, key), put_byte(to, 0xC0);
      }
      if (annotated) put_annotation(to);
    }
    EXPECT(&instance, &chunk, &expected);
  }

  /* What is there is kept. */
  chunk.size = 0;
  put_head(&chunk, 5), put_byte(&chunk, 0x82);
  put_text(&chunk, "sigrun"), put_byte(&chunk, 0xC0), put_text(&chunk, "CommandLine"),
      put_text(&chunk, MATCHING);
  EXPECT(&instance, &chunk, NULL);
  for (int i = 0; i < 40 && !log_has("had the field already"); ++i) usleep(100000);
  CHECK(log_has("1 records that match had the field already"));

  /* A body that is no map, and nothing at all. */
  chunk.size = 0;
  put_head(&chunk, 5), put_text(&chunk, "text");
  EXPECT(&instance, &chunk, NULL);
  chunk.size = 0;
  EXPECT(&instance, &chunk, NULL);
  plugin.exit(instance.context, NULL);

  /* Under another name; the input's name is the tag's, or as given. */
  const char* named[] = {"config", in_folder("plain.yaml"), "field", "detected", "input", "edge", NULL};
  CHECK(begin_filter(&instance, named) == 0);
  chunk.size = 0;
  one_record(&chunk, "CommandLine", MATCHING, 0);
  void* out;
  size_t size;
  CHECK(run_filter(&instance, &chunk, &out, &size) == 1 && memmem(out, size,
                                                                  "\xA8"
                                                                  "detected\x83",
                                                                  10));
  free(out);
  plugin.exit(instance.context, NULL);
  free(chunk.data), free(expected.data);
}

static void reads_raw_lines(void) {
  struct flb_filter_instance instance;
  const char* properties[] = {"config", in_folder("plain.yaml"), "key", "log", NULL};
  CHECK(begin_filter(&instance, properties) == 0);
  struct bytes chunk = {0}, expected = {0};
  for (int annotated = 0; annotated < 2; ++annotated) {
    struct bytes* to = annotated ? &expected : &chunk;
    one_record(to, "log", "{\"CommandLine\": \"powershell -enc QQ==\"}", annotated);
    one_record(to, "log", "{\"CommandLine\": \"notepad\"}", 0);
    one_record(to, "log", "{\"CommandLine\": \"powershell -enc", 0); /* cut off */
    one_record(to, "log", "", 0);
    one_record(to, "CommandLine", MATCHING, annotated); /* parsed already */
  }
  EXPECT(&instance, &chunk, &expected);
  for (int i = 0; i < 80 && !log_has("could not be read"); ++i) usleep(100000);
  CHECK(log_has("events were not matched, because they could not be read"));
  plugin.exit(instance.context, NULL);
  free(chunk.data), free(expected.data);
}

static void survives_bad_bytes(void) {
  struct flb_filter_instance instance;
  const char* properties[] = {"config", in_folder("plain.yaml"), "key", "log", NULL};
  CHECK(begin_filter(&instance, properties) == 0);
  struct bytes chunk = {0};
  one_record(&chunk, "CommandLine", MATCHING, 0);
  one_record(&chunk, "log", "{\"CommandLine\": \"powershell -enc QQ==\"}", 0);
  one_record(&chunk, "CommandLine", "notepad", 0);
  /* Copies of just the size, so that a sanitizer or valgrind sees a byte too many being read. */
  for (size_t size = 0; size <= chunk.size; ++size) {
    struct bytes part = {malloc(size ? size : 1), size, size};
    memcpy(part.data, chunk.data, size);
    void* out;
    size_t out_size;
    const int answer = run_filter(&instance, &part, &out, &out_size);
    CHECK(answer == 2 || (answer == 1 && out_size > size));
    free(out);
    free(part.data);
  }
  uint64_t random = 88172645463325252u;
  for (int i = 0; i < 20000; ++i) {
    struct bytes part = {malloc(chunk.size), chunk.size, chunk.size};
    memcpy(part.data, chunk.data, chunk.size);
    for (int j = 0; j < 1 + i % 3; ++j) {
      random ^= random << 13, random ^= random >> 7, random ^= random << 17;
      part.data[random % chunk.size] = (unsigned char)(random >> 40);
    }
    void* out;
    size_t out_size;
    const int answer = run_filter(&instance, &part, &out, &out_size);
    CHECK(answer == 1 || answer == 2);
    free(out);
    free(part.data);
  }
  /* Deeper than any stack, and counts without end. */
  chunk.size = 0;
  put_head(&chunk, 5);
  for (int i = 0; i < 1000000; ++i) put_byte(&chunk, 0x91);
  put_byte(&chunk, 0xC0);
  EXPECT(&instance, &chunk, NULL);
  chunk.size = 0;
  put_head(&chunk, 5), put(&chunk, "\xDF\xFF\xFF\xFF\xFF\xA1", 6);
  EXPECT(&instance, &chunk, NULL);
  plugin.exit(instance.context, NULL);
  free(chunk.data);
}

/* On a coroutine's stack, painted to see how much is used. */
static ucontext_t coroutine, outside;
static struct {
  struct flb_filter_instance* instance;
  const struct bytes* chunk;
  void* out;
  size_t size;
  int answer;
} call;
static void in_coroutine(void) { call.answer = run_filter(call.instance, call.chunk, &call.out, &call.size); }

static void fits_small_stacks(void) {
  const size_t page = 4096, stack = 24 << 10;
  /* Seen twice: valgrind takes what is below a stack's pointer for unreadable. */
  const int file = memfd_create("stack", 0);
  CHECK(file >= 0 && ftruncate(file, (off_t)(stack + page)) == 0);
  unsigned char* memory = mmap(NULL, stack + page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  unsigned char* seen = mmap(NULL, stack + page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  mprotect(memory, page, PROT_NONE);
  struct flb_filter_instance instance;
  const char* properties[] = {"config", in_folder("plain.yaml"), "key", "log", NULL};
  CHECK(begin_filter(&instance, properties) == 0);
  struct bytes chunk = {0}, expected = {0};
  for (int i = 0; i < 200; ++i)
    for (int annotated = 0; annotated < 2; ++annotated) {
      struct bytes* to = annotated ? &expected : &chunk;
      one_record(
          to, "log",
          "{\"CommandLine\": \"powershell -enc QQ==\", \"deep\": [[[[[[[[{\"a\": {\"b\": 1e300}}]]]]]]]]}",
          annotated);
      one_record(to, "CommandLine", MATCHING, annotated);
      one_record(to, "log", "{broken", 0);
    }
  memset(seen + page, 0x5A, stack);
  getcontext(&coroutine);
  coroutine.uc_stack.ss_sp = memory + page;
  coroutine.uc_stack.ss_size = stack;
  coroutine.uc_link = &outside;
  makecontext(&coroutine, in_coroutine, 0);
  call.instance = &instance;
  call.chunk = &chunk;
  swapcontext(&outside, &coroutine);
  CHECK(call.answer == 1 && same(&expected, call.out, call.size));
  size_t unused = 0;
  while (unused < stack && seen[page + unused] == 0x5A) ++unused;
  printf("a filter call used %zu bytes of stack\n", stack - unused);
  free(call.out);
  plugin.exit(instance.context, NULL);
  munmap(memory, stack + page), munmap(seen, stack + page), close(file);
  free(chunk.data), free(expected.data);
}

static struct flb_filter_instance shared_instances[2];
static void* filter_many(void* argument) {
  struct flb_filter_instance* instance = argument;
  struct bytes chunk = {0}, expected = {0};
  for (int i = 0; i < 50; ++i)
    for (int annotated = 0; annotated < 2; ++annotated) {
      one_record(annotated ? &expected : &chunk, "CommandLine", MATCHING, annotated);
      one_record(annotated ? &expected : &chunk, "CommandLine", "notepad", 0);
    }
  for (int i = 0; i < 200; ++i) EXPECT(instance, &chunk, &expected);
  free(chunk.data), free(expected.data);
  return NULL;
}
static void serves_several_threads(void) {
  const char* properties[] = {"config", in_folder("plain.yaml"), NULL};
  CHECK(begin_filter(&shared_instances[0], properties) == 0);
  CHECK(begin_filter(&shared_instances[1], properties) == 0);
  pthread_t threads[4];
  for (int i = 0; i < 4; ++i) pthread_create(&threads[i], NULL, filter_many, &shared_instances[i % 2]);
  for (int i = 0; i < 4; ++i) pthread_join(threads[i], NULL);
  plugin.exit(shared_instances[0].context, NULL);
  plugin.exit(shared_instances[1].context, NULL);
}

/* The id of the alert that the input has; "" when nothing came within some seconds. */
static const char* next_alert(void* context, int seconds, const char* needle) {
  static char id[64];
  id[0] = '\0';
  for (int i = 0; i < seconds * 10; ++i) {
    void* data = NULL;
    size_t size = 0;
    if (context)
      proxy_callback_ctx(context, &data, &size);
    else
      proxy_callback(&data, &size);
    CHECK((size == 0) == (data == NULL));
    if (size > 0) {
      CHECK(memcmp(data, "\x92\x92\xD7\x00", 4) == 0 && ((unsigned char*)data)[12] == 0x80);
      const char *found = memmem(data, size, needle, strlen(needle)),
                 *at = memmem(data, size, "\xA2id\xD9\x20", 5);
      if (found && at) memcpy(id, at + 5, 32), id[32] = '\0';
      proxy_cleanup(data);
      if (found) return id;
    }
    usleep(100000);
  }
  return id;
}

static void carries_alerts_out(void) {
  struct flb_filter_instance instance;
  const char* properties[] = {"config", in_folder("state.yaml"), NULL};
  const char* late[] = {"config", in_folder("state.yaml"), "acknowledge_after", "3600", NULL};
  struct context context = {3, NULL, NULL};
  struct proxy_plugin input = {NULL, &api, late, &context};
  register_input();
  CHECK(proxy_init(&input) > 0 && context.second);
  CHECK(begin_filter(&instance, properties) == 0);
  for (unsigned i = 0; i < 3; ++i) logon(&instance, "ann", i);
  char first[64];
  strcpy(first, next_alert(context.second, 10, "Several Failed Logons"));
  CHECK(strlen(first) == 32);
  CHECK(strlen(next_alert(context.second, 1, "Several Failed Logons")) == 0); /* once */
  /* A pause may have lost it: it comes again, the same. */
  proxy_pause();
  proxy_resume();
  CHECK(strcmp(next_alert(context.second, 5, "Several Failed Logons"), first) == 0);

  /* A reload between the second and the third event, with a rule more. */
  logon(&instance, "bob", 10);
  logon(&instance, "bob", 11);
  write_file("rules/added.yml",
             "title: Calculator\nid: 6c1e9b0e-6a53-4d0e-a7d2-0f2f4b1f2a14\nlogsource: {product: windows}\n"
             "detection:\n  selection:\n    CommandLine: calc\n  condition: selection\nlevel: low\n");
  clear_log();
  register_input();
  plugin.exit(instance.context, NULL);
  CHECK(proxy_exit() == 1);
  const char* at_once[] = {"config", in_folder("state.yaml"), "acknowledge_after", "0", NULL};
  context.second = NULL;
  input.instance = at_once;
  CHECK(proxy_init(&input) > 0);
  CHECK(begin_filter(&instance, properties) == 0);
  CHECK(log_has("1 added, 0 changed, 0 removed"));
  CHECK(strcmp(next_alert(context.second, 5, "Several Failed Logons"), first) ==
        0); /* not acknowledged before */
  logon(&instance, "bob", 12);
  const char* second = next_alert(context.second, 10, "bob");
  CHECK(strlen(second) == 32 && strcmp(second, first) != 0);
  struct bytes chunk = {0};
  one_record(&chunk, "CommandLine", "calc", 0);
  void* out;
  size_t size;
  CHECK(run_filter(&instance, &chunk, &out, &size) == 1 && memmem(out, size, "Calculator", 10));
  free(out);

  /* A rule that breaks goes on as it was; rules that would shrink too much are refused. */
  write_file("rules/added.yml", "title: [unclosed\n");
  clear_log();
  plugin.exit(instance.context, NULL);
  proxy_exit();
  context.second = NULL;
  CHECK(proxy_init(&input) > 0 && begin_filter(&instance, properties) == 0);
  CHECK(log_has("1 kept as they were"));
  CHECK(run_filter(&instance, &chunk, &out, &size) == 1);
  free(out), free(chunk.data);

  /* A host of before 4.1.0: something else is where the context would be, and callbacks name none. */
  proxy_exit();
  struct context older = {3, &older, NULL};
  struct proxy_plugin old_input = {NULL, &api, at_once, &older};
  CHECK(proxy_init(&old_input) > 0 && older.second == &older && !older.third);
  for (unsigned i = 20; i < 23; ++i) logon(&instance, "eve", i);
  CHECK(strlen(next_alert(NULL, 10, "eve")) == 32);
  next_alert(NULL, 1, "-"); /* acknowledges */
  /* Nobody takes this one: it is for the next process. */
  for (unsigned i = 30; i < 33; ++i) logon(&instance, "zoe", i);
  plugin.exit(instance.context, NULL);
  proxy_exit();
}

/* In the process that follows: what is in the spool comes without any filter. */
static int comes_out_later(void) {
  const char* properties[] = {"config", in_folder("state.yaml"), NULL};
  struct context context = {3, NULL, NULL};
  struct proxy_plugin input = {NULL, &api, properties, &context};
  register_input();
  CHECK(proxy_init(&input) > 0);
  CHECK(strlen(next_alert(context.second, 10, "zoe")) == 32);
  CHECK(log_has("no filter feeds this"));
  proxy_exit();
  return failures ? 1 : 0;
}

static int first_process(void) {
  mkdir(in_folder("rules"), 0755);
  write_file("rules/detection.yml", detection);
  write_file("rules/logons.yml", logons);
  write_file("rules/correlation.yml", correlation);
  write_file("plain.yaml", "rules: [rules]\n");
  write_file("state.yaml", "rules: [rules]\nstate: {folder: state}\n");
  write_file("broken.yaml", "rules: [unclosed\n  - }{\n");
  register_input();
  refuses_bad_options();
  annotates_what_matches();
  reads_raw_lines();
  survives_bad_bytes();
  fits_small_stacks();
  serves_several_threads();
  carries_alerts_out();
  return failures ? 1 : 0;
}

static int run_again(char* self, char* plugins, const char* step) {
  const pid_t child = fork();
  if (child == 0) {
    execl(self, self, plugins, step, folder, (char*)NULL);
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) fprintf(stderr, "the %s process ended with %d; files are in %s\n", step, status, folder);
  return status;
}

int main(int count, char** arguments) {
  if (count == 4) {
    strcpy(folder, arguments[3]);
    load(arguments[1]);
    return strcmp(arguments[2], "first") == 0 ? first_process() : comes_out_later();
  }
  if (count != 2) return 2;
  if (!mkdtemp(folder)) return perror(folder), 1;
  if (run_again(arguments[0], arguments[1], "first") != 0 ||
      run_again(arguments[0], arguments[1], "second") != 0)
    return 1;
  char command[4096];
  snprintf(command, sizeof command, "rm -r '%s'", folder);
  return system(command) ? 1 : 0;
}
