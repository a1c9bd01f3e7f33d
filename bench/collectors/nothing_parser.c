/* A module for syslog-ng: parser { nothing(); }, which takes each message and leaves it as it is. What a parser costs that does nothing: bench/collectors/syslog-ng
 * compares that of sigrun with it. */
#include <syslog-ng-config.h>

#include "cfg-parser.h"
#include "cfg.h"
#include "parser/parser-expr.h"
#include "plugin-types.h"
#include "plugin.h"

#define EXPORT __attribute__((visibility("default")))

static gboolean process(LogParser* self, LogMessage** message, const LogPathOptions* path, const gchar* input,
                        gsize input_size) {
  (void)self, (void)message, (void)path, (void)input, (void)input_size;
  return TRUE;
}

static LogParser* nothing_new(GlobalConfig* cfg);
static LogPipe* clone(LogPipe* self) { return &nothing_new(self->cfg)->super; }

static LogParser* nothing_new(GlobalConfig* cfg) {
  LogParser* self = g_new0(LogParser, 1);
  log_parser_init_instance(self, cfg);
  self->process = process;
  self->super.clone = clone;
  return self;
}

enum { KEY_NOTHING = 20000 };
static CfgLexerKeyword words[] = {
    {"nothing", KEY_NOTHING, KWS_NORMAL, NULL},
    {CFG_KEYWORD_STOP, 0, KWS_NORMAL, NULL},
    {NULL, 0, KWS_NORMAL, NULL},
};

/* nothing ( ) */
static gint parse(CfgLexer* lexer, gpointer* instance, gpointer arg) {
  static const gint wanted[] = {LL_CONTEXT_PARSER, KEY_NOTHING, '(', ')'};
  (void)arg;
  for (size_t i = 0; i < G_N_ELEMENTS(wanted); ++i) {
    CFG_STYPE value;
    CFG_LTYPE place;
    if (cfg_lexer_lex(lexer, &value, &place) == wanted[i]) continue;
    report_syntax_error(lexer, &place, "nothing() parser", "nothing() is expected here", FALSE);
    return 1;
  }
  *instance = nothing_new(lexer->cfg);
  return 0;
}

static void clean_up(gpointer instance) { log_pipe_unref(instance); }

static CfgParser grammar = {
    .name = "nothing",
    .context = LL_CONTEXT_PARSER,
    .keywords = words,
    .parse = parse,
    .cleanup = clean_up,
};
static Plugin plugins[] = {{.type = LL_CONTEXT_PARSER, .name = "nothing", .parser = &grammar}};

EXPORT gboolean nothing_module_module_init(PluginContext* context, CfgArgs* args);

EXPORT gboolean nothing_module_module_init(PluginContext* context, CfgArgs* args) {
  (void)args;
  plugin_register(context, plugins, G_N_ELEMENTS(plugins));
  return TRUE;
}

EXPORT const ModuleInfo module_info = {
    .canonical_name = "nothing-module",
    .version = SYSLOG_NG_VERSION,
    .description = "A parser that does nothing, to compare others with.",
    .core_revision = SYSLOG_NG_SOURCE_REVISION,
    .plugins = plugins,
    .plugins_len = G_N_ELEMENTS(plugins),
};
