/* One engine for each configuration file, shared by all parsers and alert sources of this process that
 * name it, and kept while syslog-ng reloads.
 *
 * Order of calls: shared_engine_take() and shared_engine_release() in pairs. Threads: take is called from
 * syslog-ng's main thread; the others from any. The last release closes the engine, which writes its
 * state. */
#ifndef SIGRUN_SYSLOG_NG_SHARED_ENGINE_H
#define SIGRUN_SYSLOG_NG_SHARED_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "sigrun/sigrun.h"

typedef struct shared_engine shared_engine;

typedef enum message_level { MESSAGE_ERROR, MESSAGE_WARNING, MESSAGE_NOTICE } message_level;
/* What happened, and its details; both live during the call only. */
typedef void (*message_callback)(message_level level, const char* what, const char* configuration,
                                 const char* details);

/* The engine of this configuration file: opened, or, when it is taken for a new `round` (a configuration
 * of syslog-ng), reloaded. Null: it cannot be opened, and `say` was told why. */
shared_engine* shared_engine_take(const char* configuration, uintptr_t round, message_callback say);
/* One more of those that must release it. */
shared_engine* shared_engine_again(shared_engine* shared);
void shared_engine_release(shared_engine* shared);

sigrun_engine* shared_engine_get(shared_engine* shared);

/* Alerts are acknowledged in their order, so one source alone may take them: false, somebody has. */
bool shared_engine_claim_alerts(shared_engine* shared);
void shared_engine_leave_alerts(shared_engine* shared);

#endif
