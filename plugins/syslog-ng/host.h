/* What of syslog-ng the module needs, and where its versions differ. Its headers are C only. */
#ifndef SIGRUN_SYSLOG_NG_HOST_H
#define SIGRUN_SYSLOG_NG_HOST_H

#include <syslog-ng-config.h>

#include "ack-tracker/ack_tracker.h"
#include "ack-tracker/ack_tracker_factory.h"
#include "cfg-parser.h"
#include "cfg.h"
#include "logmsg/logmsg.h"
#include "logthrsource/logthrsourcedrv.h"
#include "mainloop-worker.h"
#include "messages.h"
#include "parser/parser-expr.h"
#include "plugin-types.h"
#include "plugin.h"
#include "template/templates.h"
#include "versioning.h"

#include "shared_engine.h"

/* From 4.2 on, several workers, each a source of its own, and members that C++ can name. */
#if VERSION_VALUE_CURRENT >= 0x0402
#define HOST_HAS_WORKERS 1
#else
#define HOST_HAS_WORKERS 0
#endif

/* In the words of the host's own log. */
void host_say(message_level level, const char* what, const char* path, const char* details);

/* The engine outlives the time between the end of one configuration and the beginning of the next: whoever
 * took it hands it over here. */
void host_keep_engine(GlobalConfig* cfg, shared_engine* engine);

/* syslog-ng stops its threads and waits for them: it reloads, or ends. */
bool host_stops_threads(void);

/* Whether the running syslog-ng is of the version that this was compiled for; false: `running` says what
 * it is. The layouts of its objects change between minor versions, and nobody else compares them. */
gboolean host_is_expected(char* running, size_t running_size);

#endif
