/* sigrun: a detection engine for security events. The C interface, version 0.
 *
 * Order of calls: sigrun_open once, then sigrun_evaluate any number of times, then sigrun_close.
 *
 * Conventions, which hold for every function here:
 *  1. A sigrun_engine is opaque. Any number of engines may live side by side; they share nothing.
 *  2. Structs that a caller fills, or has filled, begin with `size`, set by the caller to sizeof of the struct it was
 *     compiled with. New members are only ever added at the end; what an older caller does not know counts as zero.
 *  3. Nothing throws, prints or exits. A function that can fail returns a sigrun_status and writes a text into the
 *     caller's buffer `error` (cut to error_size, always terminated; a null buffer with size 0 is fine).
 *  4. Texts are UTF-8 and end with a zero byte. Pointers given to the library are read during the call only. Pointers
 *     that the library gives out say how long they live.
 *  5. Threads: sigrun_evaluate and the functions that read may be called from any number of threads at once on one
 *     engine, also from within an alert callback. sigrun_close must be the last call on its engine and not overlap another. The
 *     library starts no threads of its own.
 *  6. Version 0 may still change between minor versions; the shared object's name changes with it. */
#ifndef SIGRUN_SIGRUN_H
#define SIGRUN_SIGRUN_H

#include <stddef.h>
#include <stdint.h>

#define SIGRUN_VERSION_MAJOR 0
#define SIGRUN_VERSION_MINOR 1
#define SIGRUN_VERSION_PATCH 0
#define SIGRUN_VERSION_NUMBER \
  (SIGRUN_VERSION_MAJOR * 10000 + SIGRUN_VERSION_MINOR * 100 + SIGRUN_VERSION_PATCH)

#if defined(__GNUC__)
#define SIGRUN_API __attribute__((visibility("default")))
#else
#define SIGRUN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sigrun_engine sigrun_engine;

typedef enum sigrun_status {
  SIGRUN_OK = 0,
  SIGRUN_ERROR_ARGUMENT =
      1,                 /* a null pointer, a struct of unknown size, an option that cannot be understood */
  SIGRUN_ERROR_LOAD = 2, /* no engine: unreadable path, bad table or pipeline, or no rule left to run */
  SIGRUN_ERROR_INPUT =
      3, /* the bytes end within a compressed stream or are of a kind that needs converting */
  SIGRUN_ERROR_MEMORY = 4,  /* out of memory */
  SIGRUN_ERROR_INTERNAL = 5 /* a fault of this library; the text says which */
} sigrun_status;

/* What to load. Null and zero members mean the default. */
typedef struct sigrun_options {
  size_t size;                   /* sizeof(sigrun_options) */
  const char* const* rule_paths; /* files or folders of Sigma rules; at least one */
  size_t rule_path_count;
  const char* const* pipelines; /* names of shipped processing pipelines, or paths */
  size_t pipeline_count;
  const char* vars_path;     /* placeholder values, YAML or JSON */
  const char* taxonomy_path; /* folder of log source tables; null: the shipped ones; "none": no tables */
  const char* logsource;  /* "auto" (null), "off", or "product=…,category=…,service=…" for all events */
  const char* min_level;  /* "informational", "low", "medium", "high", "critical" */
  const char* min_status; /* "unsupported", "deprecated", "experimental", "test", "stable" */
} sigrun_options;

/* One alert. Of the kind "health" (see json) where a rule was stopped for taking too long: once for a rule, or a few times with
 * several threads; sigrun_counters.alerts does not count those. Every pointer lives until the callback that received it returns. */
typedef struct sigrun_alert {
  size_t size;         /* sizeof(sigrun_alert) in the library */
  const char* id;      /* 32 hexadecimal digits; the same event and rule give the same id again */
  const char* time;    /* RFC 3339 in UTC; empty when the event has none */
  const char* rule_id; /* the rule's id, or its file's stem */
  const char* rule_title;
  const char* rule_level; /* "high"…; empty when the rule has none */
  uint64_t line;          /* of the event's first byte within the bytes given to sigrun_evaluate, from 1 */
  uint64_t offset;        /* of that byte, from 0 */
  const char* event;      /* the event's JSON as received; may contain zero bytes only if the input did */
  size_t event_size;
  const char* json; /* the whole alert as one JSON object (docs/alert.schema.json), without a line end */
  size_t json_size;
} sigrun_alert;

/* Called on the thread that called sigrun_evaluate, in the order of the input. Must not throw and must not close the
 * engine. */
typedef void (*sigrun_alert_callback)(const sigrun_alert* alert, void* user);

/* Every event has exactly one outcome: in = processed + degraded + rejected + dropped. */
typedef struct sigrun_counters {
  size_t size; /* sizeof(sigrun_counters), set by the caller */
  uint64_t in;
  uint64_t processed;
  uint64_t degraded; /* matched, but a wanted value could not be decoded or the bytes were repaired */
  uint64_t rejected; /* could not be framed as a JSON object, or exceeds a limit */
  uint64_t dropped;  /* let pass unmatched by a stated policy */
  uint64_t
      unrecognised; /* of the matched: no log source table knew them; they were tried against every rule */
  uint64_t bytes;
  uint64_t alerts;
  uint64_t
      envelopes_with_fields; /* objects around events ({"Records":[…]}) with fields of their own, which no rule saw */
} sigrun_counters;

/* The version of the library that runs: compare with SIGRUN_VERSION_NUMBER. The text lives as long as the program. */
SIGRUN_API const char* sigrun_version(void);
SIGRUN_API uint32_t sigrun_version_number(void);

/* Loads rules. On success *engine is the new engine, to be closed by the caller; otherwise it is null and `error` says why.
 * Rules that cannot be loaded do not prevent the others: see sigrun_problem. */
SIGRUN_API sigrun_status sigrun_open(const sigrun_options* options, sigrun_engine** engine, char* error,
                                     size_t error_size);

/* Detection rules in the engine, and documents that were refused. */
SIGRUN_API size_t sigrun_rule_count(const sigrun_engine* engine);
SIGRUN_API size_t sigrun_refused_count(const sigrun_engine* engine);
/* What loading had to say, one "file:line:col: error|warning: message" each. The text lives until sigrun_close; null when
 * `index` is not below sigrun_problem_count. */
SIGRUN_API size_t sigrun_problem_count(const sigrun_engine* engine);
SIGRUN_API const char* sigrun_problem(const sigrun_engine* engine, size_t index);

/* Runs events through the rules: JSON objects in any arrangement the command `sigrun scan` takes (lines, arrays,
 * concatenated, envelopes, gzip, zstd). An object that the bytes do not finish is rejected: give whole events. `input`
 * names the source in alerts (null: ""). Bad events are counted, they do not fail the call; after SIGRUN_ERROR_INPUT the events
 * before the damage have been evaluated. */
SIGRUN_API sigrun_status sigrun_evaluate(sigrun_engine* engine, const char* bytes, size_t byte_count,
                                         const char* input, sigrun_alert_callback callback, void* user,
                                         char* error, size_t error_size);

/* Totals of all finished sigrun_evaluate calls on this engine. */
SIGRUN_API sigrun_status sigrun_get_counters(const sigrun_engine* engine, sigrun_counters* counters);

/* Frees the engine. Null is fine. */
SIGRUN_API void sigrun_close(sigrun_engine* engine);

#ifdef __cplusplus
}
#endif

#endif
