/* dladdr() */
#define _GNU_SOURCE
#include "host.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

/* Another one in the test that a foreign version is refused. */
#ifndef SIGRUN_BUILT_FOR
#define SIGRUN_BUILT_FOR SYSLOG_NG_VERSION
#endif

void host_say(message_level level, const char* what, const char* path, const char* details) {
  EVTTAG* const file = evt_tag_str("config", path);
  EVTTAG* const text = evt_tag_str("details", details);
  switch (level) {
    case MESSAGE_ERROR: msg_error(what, file, text); break;
    case MESSAGE_WARNING: msg_warning(what, file, text); break;
    case MESSAGE_NOTICE: msg_notice(what, file, text); break;
  }
}

bool host_stops_threads(void) { return main_loop_worker_job_quit(); }

static void release_engine(gpointer engine) { shared_engine_release(engine); }

void host_keep_engine(GlobalConfig* cfg, shared_engine* engine) {
  static guint kept; /* names must differ; only the main thread is here */
  char name[64];
  snprintf(name, sizeof name, "sigrun-engine(%u)", ++kept);
#if HOST_HAS_WORKERS
  cfg_persist_config_add(cfg, name, engine, release_engine);
#else
  cfg_persist_config_add(cfg, name, engine, release_engine, FALSE);
#endif
}

/* The numbers "MAJOR.MINOR" at the front of a version. */
static size_t minor_length(const char* version) {
  const size_t major = strspn(version, "0123456789");
  if (major == 0 || version[major] != '.') return 0;
  const size_t minor = strspn(version + major + 1, "0123456789");
  return minor == 0 ? 0 : major + 1 + minor;
}

/* Its library is called libsyslog-ng-MAJOR.MINOR.so.0: the name under which the linker found it. */
gboolean host_is_expected(char* running, size_t running_size) {
  static const char prefix[] = "libsyslog-ng-";
  Dl_info library;
  const char* version = NULL;
  if (dladdr((void*)log_pipe_init_instance, &library) != 0 && library.dli_fname) {
    const char* name = strrchr(library.dli_fname, '/');
    name = name ? name + 1 : library.dli_fname;
    if (strncmp(name, prefix, sizeof prefix - 1) == 0) version = name + sizeof prefix - 1;
  }
  const size_t length = version ? minor_length(version) : 0;
  if (length == 0) {
    snprintf(running, running_size, "unknown");
    return FALSE;
  }
  snprintf(running, running_size, "%.*s", (int)length, version);
  return minor_length(SIGRUN_BUILT_FOR) == length && strncmp(SIGRUN_BUILT_FOR, version, length) == 0;
}
