/* One engine for all parsers and alert sources of this process that have the same settings, kept while syslog-ng reloads.
 *
 * Reloads. When syslog-ng has a new configuration, the rules of an engine that goes on are read on a thread of this file, the keeper, while messages are
 * evaluated by those that run: syslog-ng's main thread does not wait. It does where an engine is opened: at the start, and for settings that are new.
 *
 * The keeper also copies counters to syslog-ng's registry once a second, and hurries the engines while syslog-ng stops its threads: whoever waits in one
 * for alerts to be taken would wait for ever. It runs while there are engines.
 *
 * Order of calls: shared_engine_take() and shared_engine_release() in pairs. Threads: take is called from syslog-ng's main thread; the others from any. The
 * last release closes the engine, which writes its state. */
#ifndef SIGRUN_SYSLOG_NG_SHARED_ENGINE_H
#define SIGRUN_SYSLOG_NG_SHARED_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine_settings.h"
#include "sigrun/sigrun.h"

typedef struct shared_engine shared_engine;

typedef enum message_level { MESSAGE_ERROR, MESSAGE_WARNING, MESSAGE_NOTICE } message_level;
/* What happened, and its details; both live during the call only. Called from the keeper, too. */
typedef void (*message_callback)(message_level level, const char* what, const char* engine,
                                 const char* details);

/* The engine of these settings: opened, or, when it is taken for a new `round` (a configuration of syslog-ng), reloaded, see above. Null: it cannot be
 * opened, and `say` was told why. */
shared_engine* shared_engine_take(const engine_settings* settings, uintptr_t round, message_callback say);
/* One more of those that must release it. */
shared_engine* shared_engine_again(shared_engine* shared);
void shared_engine_release(shared_engine* shared);

/* Of those that take it in this round, until they release it. */
sigrun_engine* shared_engine_get(shared_engine* shared);
/* Messages of an earlier round may be acknowledged when their engine has given way to another one: their alerts come again. */
sigrun_status shared_engine_acknowledge(shared_engine* shared, uint64_t sequence, char* error,
                                        size_t error_size);

/* Alerts are acknowledged in their order, so one source alone may take them: false, somebody has. */
bool shared_engine_claim_alerts(shared_engine* shared);
void shared_engine_leave_alerts(shared_engine* shared);

#endif
