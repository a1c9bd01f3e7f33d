/* The module as syslog-ng loads it: file libsigrun-module.so, `@module sigrun-module`, or by itself where
 * its plugins are named. */
#include <stdio.h>

#include "grammar.h"

#ifndef SIGRUN_BUILT_FOR
#define SIGRUN_BUILT_FOR SYSLOG_NG_VERSION
#endif

#define EXPORT __attribute__((visibility("default")))

static Plugin plugins[] = {
    {.type = LL_CONTEXT_PARSER, .name = "sigrun", .parser = &sigrun_parser_grammar},
    {.type = LL_CONTEXT_SOURCE, .name = "sigrun-alerts", .parser = &sigrun_source_grammar},
};

EXPORT gboolean sigrun_module_module_init(PluginContext* context, CfgArgs* args);

EXPORT gboolean sigrun_module_module_init(PluginContext* context, CfgArgs* args) {
  char running[64];
  (void)args;
  if (!host_is_expected(running, sizeof running)) {
    msg_error("sigrun: this module was built for another version of syslog-ng and is not loaded",
              evt_tag_str("built_for", SIGRUN_BUILT_FOR), evt_tag_str("running", running));
    return FALSE;
  }
  plugin_register(context, plugins, G_N_ELEMENTS(plugins));
  return TRUE;
}

EXPORT const ModuleInfo module_info = {
    .canonical_name = "sigrun-module",
    .version = SYSLOG_NG_VERSION,
    .description =
        "Sigma rules over messages (parser sigrun) and the alerts of correlations (source sigrun-alerts).",
    .core_revision = SYSLOG_NG_SOURCE_REVISION,
    .plugins = plugins,
    .plugins_len = G_N_ELEMENTS(plugins),
};
