/* sigrun: a detection engine for security events. The C interface, version 0.
 *
 * Order of calls: sigrun_open once; then events are evaluated, alerts taken, rules reloaded, in any order and from any thread;
 * then sigrun_close.
 *
 * Conventions, which hold for every function here:
 *  1. A sigrun_engine is opaque. Any number of engines may live side by side; they share nothing, and no two may have one
 *     state folder.
 *  2. Structs begin with `size`: of those that a caller fills, or has filled, set by the caller to sizeof of the struct it was compiled
 *     with; of those that the library hands out, set by the library. New members are only ever added at the end; what an older
 *     side does not know counts as zero. sigrun_pair has no size and never changes. Members that are null or zero mean the
 *     default.
 *  3. Nothing throws, prints or exits. A function that can fail returns a sigrun_status and writes a text into the
 *     caller's buffer `error` (cut to error_size, always terminated; a null buffer with size 0 is fine).
 *  4. Texts are UTF-8 and end with a zero byte, but for event data, which comes with its size and may be anything. Pointers
 *     given to the library are read during the call only. Pointers that the library gives out live until the callback that received them
 *     returns, where nothing else is said.
 *  5. Threads: unless a function says otherwise, it may be called from any number of threads at once on one engine. Callbacks run on the thread of the
 *     call that they were given to; they may call functions that evaluate or read, and nothing else. sigrun_close must be
 *     the last call on its engine and not overlap another.
 *     The library starts one thread for each engine, in sigrun_open and nowhere else, with all signals blocked; sigrun_close
 *     ends it. It correlates, writes the state folder and minds the clock. After a fork the child must not use the engine.
 *  6. Evaluating needs up to 64 KiB of stack, events nested as deep as limits.event-depth allows by default included: not for coroutines.
 *     sigrun_open and sigrun_reload read rules and need 1 MiB.
 *  7. Version 0 may still change between minor versions; the shared object's name changes with it. */
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
  SIGRUN_ERROR_LOAD = 2, /* unreadable path, bad configuration, table or pipeline, or no rule left to run */
  SIGRUN_ERROR_INPUT =
      3, /* the bytes end within a compressed stream or are of a kind that needs converting */
  SIGRUN_ERROR_MEMORY = 4,   /* out of memory */
  SIGRUN_ERROR_INTERNAL = 5, /* a fault of this library; the text says which */
  SIGRUN_ERROR_STATE = 6,    /* the state folder cannot be read or written */
  SIGRUN_NOT_READY = 7,      /* no rules are loaded: events pass unmatched and count as dropped */
  SIGRUN_REFUSED = 8         /* a reload was refused whole; what was loaded before goes on */
} sigrun_status;

/* ---- opening ---------------------------------------------------------------------------------------------------------- */

/* What to load. With `configuration`, a file of docs/configuration.md, the other members go over what it says. */
typedef struct sigrun_options {
  size_t size;                   /* sizeof(sigrun_options) */
  const char* const* rule_paths; /* files or folders of Sigma rules; at least one, here or in the configuration */
  size_t rule_path_count;
  const char* const* pipelines; /* names of shipped processing pipelines, or paths */
  size_t pipeline_count;
  const char* vars_path;     /* placeholder values, YAML or JSON */
  const char* taxonomy_path; /* folder of log source tables; null: the shipped ones; "none": no tables */
  const char* logsource;  /* "auto" (null), "off", or "product=…,category=…,service=…" for all events */
  const char* min_level;  /* "informational", "low", "medium", "high", "critical" */
  const char* min_status; /* "unsupported", "deprecated", "experimental", "test", "stable" */
  const char* configuration;  /* path of a sigrun.yaml */
  const char* const* select;  /* rule ids, tags ("attack.t1059") or globs over the rules' paths */
  size_t select_count;
  const char* const* exclude;
  size_t exclude_count;
  const char* state_folder;    /* state and spool outlive the process here; one engine at a time. "": none */
  const char* when_behind;     /* "wait" (the default), "pass": docs/configuration.md, live */
  const char* spool_full;      /* "block" (the default), "drop-oldest" */
  const char* on_load_error;   /* "pass": see SIGRUN_NOT_READY; "fail". Null: what the configuration says; it says
                                  "pass" by default. Without a configuration: "fail" */
  const char* queue_detections; /* "no" (the default): detections are in results only; "yes": also in the alert queue */
  uint32_t flags;               /* SIGRUN_OPEN_… */
} sigrun_options;

/* The wall clock is what sigrun_tick says, and nothing is done by time but in it: for tests and for replays. */
#define SIGRUN_OPEN_HOST_CLOCK 1u

/* The version of the library that runs: compare with SIGRUN_VERSION_NUMBER. The text lives as long as the program. */
SIGRUN_API const char* sigrun_version(void);
SIGRUN_API uint32_t sigrun_version_number(void);

/* Loads the configuration, the rules and the state folder, and starts the engine's thread. On SIGRUN_OK and SIGRUN_NOT_READY *engine is the new
 * engine, to be closed by the caller; else it is null. `error` says why it is not SIGRUN_OK.
 * SIGRUN_NOT_READY only where on_load_error is "pass": events pass unmatched, and sigrun_reload tries again.
 * Rules that cannot be loaded do not prevent the others: see sigrun_problem. */
SIGRUN_API sigrun_status sigrun_open(const sigrun_options* options, sigrun_engine** engine, char* error,
                                     size_t error_size);

/* Hands everything that was evaluated to the correlations, writes the state folder, ends the thread, frees the engine. Windows that are
 * open stay open in the state folder. Alerts that are in the spool come out when it is opened again; without a state folder they are gone, and
 * should be taken before. Null is fine. */
SIGRUN_API void sigrun_close(sigrun_engine* engine);

/* 1: rules are loaded. 0: see SIGRUN_NOT_READY; `error` receives why, as it was told by sigrun_open or sigrun_reload. */
SIGRUN_API int sigrun_ready(const sigrun_engine* engine, char* error, size_t error_size);

/* Detection rules in the engine, and documents that were refused. */
SIGRUN_API size_t sigrun_rule_count(const sigrun_engine* engine);
SIGRUN_API size_t sigrun_refused_count(const sigrun_engine* engine);
/* What the last loading had to say, one "file:line:col: error|warning: message" each. The text lives until the next sigrun_reload or
 * sigrun_close; null when `index` is not below sigrun_problem_count. */
SIGRUN_API size_t sigrun_problem_count(const sigrun_engine* engine);
SIGRUN_API const char* sigrun_problem(const sigrun_engine* engine, size_t index);

/* ---- evaluating: detections ------------------------------------------------------------------------------------------- */

typedef enum sigrun_form {
  SIGRUN_JSON = 1,    /* `bytes`: text with one event, or several as `sigrun scan` takes them (lines, arrays, envelopes) */
  SIGRUN_MSGPACK = 2, /* `bytes`: one map and nothing behind it */
  SIGRUN_PAIRS = 3    /* `pairs`: one flat event */
} sigrun_form;

typedef enum sigrun_type {
  SIGRUN_TEXT = 0,
  SIGRUN_NUMBER = 1, /* value: as JSON writes it */
  SIGRUN_TRUTH = 2,  /* value: "true" or "false" */
  SIGRUN_NULL = 3    /* value: ignored */
} sigrun_type;

/* A member of a flat event. A name with dots is one key, and is found under the dotted path, as in {"a.b": 1}. Of several pairs with one
 * name any may match. */
typedef struct sigrun_pair {
  const char* name;
  size_t name_size;
  const char* value;
  size_t value_size;
  int32_t type; /* sigrun_type */
  int32_t reserved;
} sigrun_pair;

/* What the host has as one record. Each form is decoded directly; docs/decisions/2026-11-23-collectors.md says how msgpack is
 * taken (invalid UTF-8, bin, ext, keys that are no texts). */
typedef struct sigrun_event {
  size_t size; /* sizeof(sigrun_event); of an array, that of its first is the distance between two */
  int32_t form; /* sigrun_form */
  int32_t reserved;
  const char* bytes;
  size_t byte_count;
  const sigrun_pair* pairs;
  size_t pair_count;
  int64_t received; /* when the host got it, in nanoseconds since 1970 UTC: the time of an event that tells none. 0: unknown */
} sigrun_event;

/* Every event has exactly one outcome: in = processed + degraded + rejected + dropped. */
typedef enum sigrun_outcome {
  SIGRUN_PROCESSED = 0,
  SIGRUN_DEGRADED = 1, /* matched, but a wanted value could not be decoded or the bytes were repaired */
  SIGRUN_REJECTED = 2, /* could not be framed, or exceeds a limit: not matched */
  SIGRUN_DROPPED = 3   /* let pass unmatched by a stated policy */
} sigrun_outcome;

/* A rule that matched a record. */
typedef struct sigrun_match {
  size_t size;
  const char* alert_id; /* 32 hexadecimal digits; the same event and rule give the same id again */
  const char* rule_id;  /* the rule's id, or its file's stem; STEM#NAME, STEM#NUMBER behind the file's first */
  const char* rule_title;
  const char* rule_level; /* "high"…; empty when the rule has none */
  const char* json;       /* with SIGRUN_WANT_ALERTS: the alert as one JSON object (docs/alert.schema.json); else null */
  size_t json_size;
} sigrun_match;

/* What became of one record. */
typedef struct sigrun_result {
  size_t size;
  size_t index;    /* of the record within the call */
  int32_t outcome; /* sigrun_outcome; of several events in a JSON text the last of PROCESSED, DEGRADED, REJECTED, DROPPED that occurs */
  int32_t reserved;
  size_t event_count; /* events that the record held: 1 but of JSON texts */
  const char* level;  /* the highest of the matches'; empty where there are none, or none has a level */
  size_t match_count;
  const sigrun_match* const* matches;
  const char* problem; /* why it was rejected or dropped; else empty */
} sigrun_result;

typedef void (*sigrun_result_callback)(const sigrun_result* result, void* user);

/* flags */
#define SIGRUN_WANT_ALERTS 1u /* matches come with their alert as JSON */
#define SIGRUN_ALL_RESULTS 2u /* call back for every record; without it, only for those that matched, or were rejected or dropped */

/* Runs records through the rules, in their order, on this thread, and tells what became of each, in their order, before it returns. What correlations need is handed to the engine's
 * thread. `input` (a tag, a connection; null: "") names the source in alerts and has a clock of its own: events of one input should come in the order
 * they have there, which is that of the calls. Bad events are counted, they do not fail the call.
 * Waits where the engine is behind and when_behind is "wait". */
SIGRUN_API sigrun_status sigrun_evaluate_events(sigrun_engine* engine, const char* input, size_t input_size,
                                                const sigrun_event* events, size_t event_count, uint32_t flags,
                                                sigrun_result_callback callback, void* user, char* error,
                                                size_t error_size);

/* One alert of a JSON text. Of the kind "health" (see json) where a rule was stopped for taking too long: once for a rule, or a few times with
 * several threads; sigrun_counters.alerts does not count those. */
typedef struct sigrun_alert {
  size_t size;         /* sizeof(sigrun_alert) in the library */
  const char* id;      /* 32 hexadecimal digits; the same event and rule give the same id again */
  const char* time;    /* RFC 3339 in UTC; empty when the event has none */
  const char* rule_id; /* the rule's id, or what stands for it (sigrun_match) */
  const char* rule_title;
  const char* rule_level; /* "high"…; empty when the rule has none */
  uint64_t line;          /* of the event's first byte within the bytes given to sigrun_evaluate, from 1 */
  uint64_t offset;        /* of that byte, from 0 */
  const char* event;      /* the event's JSON as received; may contain zero bytes only if the input did */
  size_t event_size;
  const char* json; /* the whole alert as one JSON object (docs/alert.schema.json), without a line end */
  size_t json_size;
} sigrun_alert;

/* In the order of the input. */
typedef void (*sigrun_alert_callback)(const sigrun_alert* alert, void* user);

/* Runs a larger JSON text through the rules: objects in any arrangement the command `sigrun scan` takes (lines, arrays,
 * concatenated, envelopes, gzip, zstd). An object that the bytes do not finish is rejected: give whole events. `input`
 * names the source in alerts (null: ""). Bad events are counted, they do not fail the call; after SIGRUN_ERROR_INPUT the events
 * before the damage have been evaluated. */
SIGRUN_API sigrun_status sigrun_evaluate(sigrun_engine* engine, const char* bytes, size_t byte_count,
                                         const char* input, sigrun_alert_callback callback, void* user,
                                         char* error, size_t error_size);

/* ---- the alert queue: correlations, health, and detections where queue_detections says so ------------------------------ */

typedef struct sigrun_queued_alert {
  size_t size;
  uint64_t sequence; /* ascending; goes on over restarts where there is a state folder */
  const char* json;  /* one JSON object (docs/alert.schema.json): `kind`, `id`, `rule` and the others are in it */
  size_t json_size;
} sigrun_queued_alert;

/* Returns 1 to get the next; 0: this one is taken, and the rest stays. -1: this one is not taken, either. */
typedef int (*sigrun_queued_alert_callback)(const sigrun_queued_alert* alert, void* user);

/* Hands over alerts in their order, at most `most`; waits up to `timeout_milliseconds` for the first (0: does not wait). *taken, where not null: how
 * many. An alert that was taken is not handed over again by this engine, but stays in the spool until it is acknowledged: what is not comes again when
 * the state folder is opened next. One caller at a time: others wait. */
SIGRUN_API sigrun_status sigrun_next_alerts(sigrun_engine* engine, uint32_t timeout_milliseconds, size_t most,
                                            sigrun_queued_alert_callback callback, void* user, size_t* taken,
                                            char* error, size_t error_size);
/* The alerts up to this sequence have reached whom they are for. */
SIGRUN_API sigrun_status sigrun_acknowledge_alerts(sigrun_engine* engine, uint64_t sequence, char* error,
                                                   size_t error_size);
/* What was taken and not acknowledged is handed over again: for hosts whose delivery failed. */
SIGRUN_API sigrun_status sigrun_rewind_alerts(sigrun_engine* engine);
/* Ends a wait of sigrun_next_alerts early, now or when it begins next: for hosts that shut down. Not for signal handlers. */
SIGRUN_API void sigrun_wake(sigrun_engine* engine);

/* ---- live running ------------------------------------------------------------------------------------------------------ */

typedef enum sigrun_change_kind {
  SIGRUN_ADDED = 1,
  SIGRUN_CHANGED = 2,
  SIGRUN_REMOVED = 3,
  SIGRUN_RULE_REFUSED = 4, /* cannot be loaded; `message` says why */
  SIGRUN_KEPT = 5          /* cannot be loaded, and goes on as it was; `message` says why */
} sigrun_change_kind;

typedef struct sigrun_change {
  size_t size;
  int32_t kind; /* sigrun_change_kind */
  int32_t reserved;
  const char* rule_id; /* empty where it could not be read */
  const char* title;
  const char* file;
  const char* message;
} sigrun_change;

typedef void (*sigrun_change_callback)(const sigrun_change* change, void* user);

typedef struct sigrun_reload_report {
  size_t size; /* sizeof(sigrun_reload_report), set by the caller */
  uint64_t rules; /* detections and correlations that run now */
  uint64_t added, changed, removed, refused, kept;
  uint64_t groups_kept,
      groups_dropped; /* what correlations had counted; health alerts say what was dropped */
} sigrun_reload_report;

/* Reads the configuration and the rules again, while events are evaluated, and puts them in the place of those that run. What correlations
 * counted is kept where they still count the same. `report` and `callback` may be null. The paths are those of sigrun_open; what is said
 * under `state:` and `live:` stays as it was then.
 * SIGRUN_REFUSED: the rules would shrink by more than a tenth, or none would be left; the report says what would have been. SIGRUN_ERROR_LOAD: they cannot be
 * read. After either everything goes on as before. One call at a time: others wait. */
SIGRUN_API sigrun_status sigrun_reload(sigrun_engine* engine, sigrun_reload_report* report,
                                       sigrun_change_callback callback, void* user, char* error, size_t error_size);

/* on: from now on nobody waits in sigrun_evaluate_events and sigrun_evaluate, neither those who do already: for hosts that have to stop their threads, as when they
 * reload. What is handed over goes beyond live.behind-memory, alerts that find no room in the queue are kept in memory; nothing is lost but by a kill. 0: as
 * before. */
SIGRUN_API void sigrun_hurry(sigrun_engine* engine, int on);

/* Waits until everything evaluated so far is correlated and its alerts are in the queue; with a state folder also on the disk.
 * SIGRUN_ERROR_STATE: it is not on the disk; it is correlated and in the queue all the same. */
SIGRUN_API sigrun_status sigrun_flush(sigrun_engine* engine, char* error, size_t error_size);
/* The same, and writes the state of correlations. Done by itself every state.snapshot-interval, and by sigrun_close. SIGRUN_ERROR_STATE: the
 * last snapshot stands. */
SIGRUN_API sigrun_status sigrun_snapshot(sigrun_engine* engine, char* error, size_t error_size);
/* With SIGRUN_OPEN_HOST_CLOCK: it is `now`, in nanoseconds since 1970 UTC. Windows of inputs that are idle close, and what else is due is done
 * before it returns. Without: the engine's thread does that, and this does nothing. */
SIGRUN_API sigrun_status sigrun_tick(sigrun_engine* engine, int64_t now, char* error, size_t error_size);

typedef struct sigrun_counters {
  size_t size; /* sizeof(sigrun_counters), set by the caller */
  uint64_t in;
  uint64_t processed;
  uint64_t degraded; /* matched, but a wanted value could not be decoded or the bytes were repaired */
  uint64_t rejected; /* could not be framed, or exceeds a limit */
  uint64_t dropped;  /* let pass unmatched by a stated policy */
  uint64_t
      unrecognised; /* of the matched: no log source table knew them; they were tried against every rule */
  uint64_t bytes;
  uint64_t alerts; /* detections */
  uint64_t
      envelopes_with_fields; /* objects around events ({"Records":[…]}) with fields of their own, which no rule saw */
  uint64_t correlation_alerts;
  uint64_t health_alerts;
  uint64_t late, future, timeless; /* events, where correlations ask for the time */
  uint64_t evicted;                /* groups of correlations dropped for their bytes */
  uint64_t state_bytes;            /* of correlations, now */
  uint64_t behind_bytes;           /* handed to the engine's thread and not correlated, now */
  uint64_t queue_alerts, queue_bytes;  /* waiting in the alert queue and the spool, or not acknowledged, now */
  uint64_t alerts_queued;              /* put into the queue since sigrun_open */
  uint64_t alerts_taken;               /* handed over */
  uint64_t alerts_lost;                /* dropped from the queue, or not put into it, because it was full */
  uint64_t alerts_held_back;           /* by the rate limit of their rule; summaries say so */
  uint64_t reloads, reloads_refused;
  uint64_t snapshots, snapshots_failed;
  uint64_t inputs;              /* that have a clock */
  uint64_t inputs_beyond_limit; /* calls for inputs that share one */
  int64_t watermark_lag;        /* nanoseconds by which the correlations' time is behind the wall clock; -1: no event yet */
  uint64_t groups_not_restored; /* saved, or of before a reload, that no correlation goes on with */
  uint64_t
      reload_left_out; /* matches on their way when rules were reloaded, of rules that nothing counts any more */
  uint64_t clocks_dropped;     /* saved ones, of inputs that had not come back, for being too many */
  uint64_t spool_syncs_failed; /* times that the alert spool could not be forced to the disk */
  uint64_t metrics_failed;     /* times that the metrics file could not be written */
} sigrun_counters;

SIGRUN_API sigrun_status sigrun_get_counters(const sigrun_engine* engine, sigrun_counters* counters);

/* Called once, with the whole text. */
typedef void (*sigrun_text_callback)(const char* text, size_t text_size, void* user);
/* The counters and those of each rule as Prometheus text (exposition format 0.0.4; docs/metrics.md). `labels`: null, or what is put into
 * each line, as in instance="edge-1". */
SIGRUN_API sigrun_status sigrun_write_metrics(const sigrun_engine* engine, const char* labels,
                                              sigrun_text_callback callback, void* user);

#ifdef __cplusplus
}
#endif

#endif
