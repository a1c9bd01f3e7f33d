/* source { sigrun-alerts(config("…")); }: the alerts of correlations, and health, as messages.
 *
 * An alert is acknowledged to the engine when syslog-ng's destinations have acknowledged its message: with
 * flags(flow-control) on the log path when it is out. Order of calls: new, the setter, then what syslog-ng
 * calls. */
#ifndef SIGRUN_SYSLOG_NG_ALERTS_SOURCE_H
#define SIGRUN_SYSLOG_NG_ALERTS_SOURCE_H

#include "host.h"

LogDriver* alerts_source_new(GlobalConfig* cfg);
/* Which engine. */
void alerts_source_set_engine_option(LogDriver* driver, engine_option option, const char* text);
gboolean alerts_source_has_config(const LogDriver* driver);

#endif
