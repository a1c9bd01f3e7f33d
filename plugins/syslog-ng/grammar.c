#include "grammar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alerts_source.h"
#include "sigrun_parser.h"

/* Beyond those of syslog-ng's own grammar. */
enum {
  KEY_PARSER = 20000,
  KEY_SOURCE,
  /* In the order of engine_option. */
  KEY_CONFIG,
  KEY_STATE_FOLDER,
  KEY_LOGSOURCE,
  KEY_MIN_LEVEL,
  KEY_MIN_STATUS,
  KEY_SELECT,
  KEY_EXCLUDE,
  /* Of the parser. */
  KEY_INPUT,
  KEY_TEMPLATE,
  KEY_PREFIX,
  KEY_TAG,
  KEY_PAIRS_PREFIX,
  KEY_SOURCE_NAME,
};

/* Of the parser and of the source. */
#define ENGINE_WORDS                                                                                  \
  {"config", KEY_CONFIG, KWS_NORMAL, NULL}, {"state_folder", KEY_STATE_FOLDER, KWS_NORMAL, NULL},     \
      {"logsource", KEY_LOGSOURCE, KWS_NORMAL, NULL}, {"min_level", KEY_MIN_LEVEL, KWS_NORMAL, NULL}, \
      {"min_status", KEY_MIN_STATUS, KWS_NORMAL, NULL}, {"select", KEY_SELECT, KWS_NORMAL, NULL}, {   \
    "exclude", KEY_EXCLUDE, KWS_NORMAL, NULL                                                          \
  }
G_STATIC_ASSERT(KEY_CONFIG + ENGINE_OPTIONS == KEY_INPUT);

static gboolean is_engine_key(gint key) { return key >= KEY_CONFIG && key < KEY_CONFIG + ENGINE_OPTIONS; }

/* The last entry keeps the words of the main grammar out, so that any other word comes as it is written. */
static CfgLexerKeyword parser_words[] = {
    {"sigrun", KEY_PARSER, KWS_NORMAL, NULL},
    ENGINE_WORDS,
    {"input", KEY_INPUT, KWS_NORMAL, NULL},
    {"template", KEY_TEMPLATE, KWS_NORMAL, NULL},
    {"prefix", KEY_PREFIX, KWS_NORMAL, NULL},
    {"tag", KEY_TAG, KWS_NORMAL, NULL},
    {"pairs_prefix", KEY_PAIRS_PREFIX, KWS_NORMAL, NULL},
    {"source_name", KEY_SOURCE_NAME, KWS_NORMAL, NULL},
    {CFG_KEYWORD_STOP, 0, KWS_NORMAL, NULL},
    {NULL, 0, KWS_NORMAL, NULL},
};
static CfgLexerKeyword source_words[] = {
    {"sigrun_alerts", KEY_SOURCE, KWS_NORMAL, NULL},
    ENGINE_WORDS,
    {CFG_KEYWORD_STOP, 0, KWS_NORMAL, NULL},
    {NULL, 0, KWS_NORMAL, NULL},
};

/* A token, its value, and where it stands. */
typedef struct Token {
  gint kind;
  CFG_STYPE value;
  CFG_LTYPE place;
} Token;

static void next(CfgLexer* lexer, Token* token) {
  memset(&token->value, 0, sizeof token->value);
  token->kind = cfg_lexer_lex(lexer, &token->value, &token->place);
}

static gboolean is_text(const Token* token) {
  return token->kind == LL_STRING || token->kind == LL_IDENTIFIER || token->kind == LL_PLUGIN;
}

static void forget(Token* token) {
  if (is_text(token)) free(token->value.cptr);
  token->kind = 0;
}

static gint wrong(CfgLexer* lexer, Token* token, const char* what, const char* message) {
  report_syntax_error(lexer, &token->place, what, message, FALSE);
  forget(token);
  return 1;
}

static gboolean expect(CfgLexer* lexer, Token* token, gint kind, const char* what, const char* message) {
  next(lexer, token);
  if (token->kind == kind) return TRUE;
  wrong(lexer, token, what, message);
  return FALSE;
}

/* "(" text ")": the text is the caller's to free. `place` is that of the text. */
static char* read_text(CfgLexer* lexer, const char* what, Token* text) {
  Token token;
  if (!expect(lexer, &token, '(', what, "\"(\" is expected here")) return NULL;
  next(lexer, text);
  if (!is_text(text)) {
    wrong(lexer, text, what, "a text in quotes is expected here");
    return NULL;
  }
  char* const value = text->value.cptr;
  if (expect(lexer, &token, ')', what, "\")\" is expected here")) return value;
  free(value);
  return NULL;
}

static gboolean compile(CfgLexer* lexer, Token* token, const char* what, const char* text,
                        LogTemplate** compiled) {
  GError* error = NULL;
  char message[512];
  *compiled = cfg_tree_check_inline_template(&lexer->cfg->tree, text, &error);
  if (*compiled) return TRUE;
  snprintf(message, sizeof message, "the template is not in order: %s", error ? error->message : "");
  g_clear_error(&error);
  token->kind = 0; /* its text is the caller's */
  wrong(lexer, token, what, message);
  return FALSE;
}

static gboolean read_parser_option(CfgLexer* lexer, gint key, LogParser* parser) {
  static const char what[] = "sigrun() parser";
  static const struct {
    const char* name;
    sigrun_input input;
  } inputs[] = {
      {"json", INPUT_JSON}, {"nv-pairs", INPUT_PAIRS}, {"nv_pairs", INPUT_PAIRS}, {"raw", INPUT_RAW}};
  Token token;
  LogTemplate* compiled;
  gboolean done = TRUE;
  char* const text = read_text(lexer, what, &token);
  if (!text) return FALSE;
  switch (key) {
    case KEY_PREFIX: sigrun_parser_set_prefix(parser, text); break;
    case KEY_TAG: sigrun_parser_set_tag(parser, text); break;
    case KEY_PAIRS_PREFIX: sigrun_parser_set_pairs_prefix(parser, text); break;
    case KEY_TEMPLATE:
      done = compile(lexer, &token, what, text, &compiled);
      if (done) log_parser_set_template(parser, compiled);
      break;
    case KEY_SOURCE_NAME:
      done = compile(lexer, &token, what, text, &compiled);
      if (done) sigrun_parser_set_source_name(parser, compiled);
      break;
    case KEY_INPUT:
      done = FALSE;
      for (size_t i = 0; i < G_N_ELEMENTS(inputs) && !done; ++i)
        if (strcmp(text, inputs[i].name) == 0) {
          sigrun_parser_set_input(parser, inputs[i].input);
          done = TRUE;
        }
      if (!done) {
        token.kind = 0;
        wrong(lexer, &token, what, "no such input; write json, nv-pairs or raw");
      }
      break;
    default: sigrun_parser_set_engine_option(parser, (engine_option)(key - KEY_CONFIG), text); break;
  }
  free(text);
  return done;
}

static gint parse_parser(CfgLexer* lexer, gpointer* instance, gpointer arg) {
  static const char what[] = "sigrun() parser";
  Token token;
  (void)arg;
  if (!expect(lexer, &token, LL_CONTEXT_PARSER, what, "a parser is expected here")) return 1;
  if (!expect(lexer, &token, KEY_PARSER, what, "sigrun is expected here")) return 1;
  const CFG_LTYPE begin = token.place;
  if (!expect(lexer, &token, '(', what, "\"(\" is expected here")) return 1;
  LogParser* const parser = sigrun_parser_new(lexer->cfg);
  *instance = parser;
  for (;;) {
    next(lexer, &token);
    if (token.kind == ')') break;
    if (token.kind < KEY_CONFIG || token.kind > KEY_SOURCE_NAME)
      return wrong(
          lexer, &token, what,
          "no such option; write config(), input(), template(), prefix(), tag(), pairs-prefix(), "
          "source-name(), state-folder(), logsource(), min-level(), min-status(), select() or exclude()");
    if (!read_parser_option(lexer, token.kind, parser)) return 1;
  }
  if (sigrun_parser_has_config(parser)) return 0;
  token.place = begin;
  return wrong(lexer, &token, what, "config() is missing: the path of a sigrun.yaml");
}

static gint parse_source(CfgLexer* lexer, gpointer* instance, gpointer arg) {
  static const char what[] = "sigrun-alerts() source";
  Token token;
  (void)arg;
  if (!expect(lexer, &token, LL_CONTEXT_SOURCE, what, "a source is expected here")) return 1;
  if (!expect(lexer, &token, KEY_SOURCE, what, "sigrun-alerts is expected here")) return 1;
  const CFG_LTYPE begin = token.place;
  if (!expect(lexer, &token, '(', what, "\"(\" is expected here")) return 1;
  LogDriver* const driver = alerts_source_new(lexer->cfg);
  *instance = driver;
  for (;;) {
    next(lexer, &token);
    if (token.kind == ')') break;
    if (!is_engine_key(token.kind))
      return wrong(lexer, &token, what,
                   "no such option; write config(), state-folder(), logsource(), min-level(), min-status(), "
                   "select() or exclude()");
    const engine_option option = (engine_option)(token.kind - KEY_CONFIG);
    char* const text = read_text(lexer, what, &token);
    if (!text) return 1;
    alerts_source_set_engine_option(driver, option, text);
    free(text);
  }
  if (alerts_source_has_config(driver)) return 0;
  token.place = begin;
  return wrong(lexer, &token, what, "config() is missing: the path of a sigrun.yaml");
}

static void clean_up(gpointer instance) { log_pipe_unref(instance); }

CfgParser sigrun_parser_grammar = {
    .name = "sigrun",
    .context = LL_CONTEXT_PARSER,
    .keywords = parser_words,
    .parse = parse_parser,
    .cleanup = clean_up,
};

CfgParser sigrun_source_grammar = {
    .name = "sigrun-alerts",
    .context = LL_CONTEXT_SOURCE,
    .keywords = source_words,
    .parse = parse_source,
    .cleanup = clean_up,
};
