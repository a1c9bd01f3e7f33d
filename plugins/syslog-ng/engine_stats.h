/* An engine's counters in syslog-ng's own registry: what `syslog-ng-ctl stats` and `syslog-ng-ctl query` tell. Names are those of docs/metrics.md.
 *
 * Order of calls: new, set again and again, free. Threads: one at a time. */
#ifndef SIGRUN_SYSLOG_NG_ENGINE_STATS_H
#define SIGRUN_SYSLOG_NG_ENGINE_STATS_H

#include "sigrun/sigrun.h"

typedef struct engine_stats engine_stats;

/* `name` tells this engine from others. Null: out of memory. */
engine_stats* engine_stats_new(const char* name);
void engine_stats_set(engine_stats* stats, const sigrun_engine* engine);
void engine_stats_free(engine_stats* stats);

#endif
