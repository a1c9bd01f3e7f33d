#include "sigrun_parser.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

typedef struct SigrunParser {
  LogParser super;
  engine_settings settings;
  char *prefix, *tag, *pairs_prefix;
  sigrun_input input;
  LogTemplate* source_name; /* null: ${HOST} */
  shared_engine* engine;    /* from init on */
  sigrun_engine* sigrun;
  size_t prefix_size, pairs_prefix_size;
  LogTagId tag_id;
  NVHandle level, title, rules, alerts, matches, json, outcome, problem;
} SigrunParser;

/* ---- what a message is to the rules ---- */

typedef struct Pairs {
  const SigrunParser* parser;
  GArray* list; /* of sigrun_pair */
} Pairs;

static void add_pair(GArray* list, const char* name, const char* value, size_t value_size, int32_t type) {
  const sigrun_pair pair = {name, strlen(name), value, value_size, type, 0};
  g_array_append_val(list, pair);
}

static gboolean is(const char* value, size_t size, const char* word) {
  return size == strlen(word) && memcmp(value, word, size) == 0;
}

static int32_t type_of(LogMessageValueType type, const char* value, size_t size) {
  switch (type) {
    case LM_VT_BOOLEAN:
      return is(value, size, "true") || is(value, size, "false") ? SIGRUN_TRUTH : SIGRUN_TEXT;
#if HOST_HAS_WORKERS
    case LM_VT_INTEGER:
#else
    case LM_VT_INT32:
    case LM_VT_INT64:
#endif
    case LM_VT_DOUBLE: return SIGRUN_NUMBER;
    case LM_VT_NULL: return SIGRUN_NULL;
    default: return SIGRUN_TEXT;
  }
}

static gboolean take_pair(NVHandle handle, const gchar* name, const gchar* value, gssize value_size,
                          NVType type, gpointer user) {
  const Pairs* pairs = user;
  const SigrunParser* self = pairs->parser;
  const size_t size = value_size < 0 ? strlen(value) : (size_t)value_size;
  (void)handle;
  if (self->pairs_prefix_size > 0) {
    if (strncmp(name, self->pairs_prefix, self->pairs_prefix_size) != 0) return FALSE;
    name += self->pairs_prefix_size;
  } else if (strncmp(name, self->prefix, self->prefix_size) == 0) {
    return FALSE; /* what an earlier parser found is no part of the event */
  }
  add_pair(pairs->list, name, value, size, type_of(type, value, size));
  return FALSE;
}

static const char* facility_name(guint16 pri) {
  static const char* const names[] = {"kern",   "user",   "mail",   "daemon", "auth",     "syslog",
                                      "lpr",    "news",   "uucp",   "cron",   "authpriv", "ftp",
                                      "ntp",    "audit",  "alert",  "clock",  "local0",   "local1",
                                      "local2", "local3", "local4", "local5", "local6",   "local7"};
  const size_t number = LOG_FAC(pri);
  return number < G_N_ELEMENTS(names) ? names[number] : "";
}

static const char* severity_name(guint16 pri) {
  static const char* const names[] = {"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};
  return names[LOG_PRI(pri)];
}

static size_t format_time(const UnixTime* time, char* to, size_t size) {
  const time_t seconds = (time_t)time->ut_sec;
  struct tm parts;
  char date[32];
  if (!gmtime_r(&seconds, &parts) || strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts) == 0) return 0;
  const int length = snprintf(to, size, "%s.%06uZ", date, (unsigned)time->ut_usec);
  return length > 0 && (size_t)length < size ? (size_t)length : 0;
}

static void add_value(GArray* list, LogMessage* msg, const char* name, NVHandle handle) {
  gssize size = 0;
  const gchar* const value = log_msg_get_value(msg, handle, &size);
  if (value && size > 0) add_pair(list, name, value, (size_t)size, SIGRUN_TEXT);
}

static void take_header(GArray* list, LogMessage* msg, const char* input, size_t input_size, char* stamp,
                        size_t stamp_size) {
  const size_t length = format_time(&msg->timestamps[LM_TS_STAMP], stamp, stamp_size);
  if (length > 0) add_pair(list, "timestamp", stamp, length, SIGRUN_TEXT);
  add_value(list, msg, "host", LM_V_HOST);
  add_value(list, msg, "program", LM_V_PROGRAM);
  add_value(list, msg, "pid", LM_V_PID);
  add_pair(list, "facility", facility_name(msg->pri), strlen(facility_name(msg->pri)), SIGRUN_TEXT);
  add_pair(list, "severity", severity_name(msg->pri), strlen(severity_name(msg->pri)), SIGRUN_TEXT);
  add_pair(list, "message", input, input_size, SIGRUN_TEXT);
}

/* ---- what the rules say of it ---- */

typedef struct Verdict {
  const SigrunParser* parser;
  LogMessage** message;
  const LogPathOptions* path;
} Verdict;

static void append_json(GString* to, const char* text) {
  g_string_append_c(to, '"');
  for (; *text; ++text) {
    const unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\')
      g_string_append_printf(to, "\\%c", c);
    else if (c < 0x20)
      g_string_append_printf(to, "\\u%04x", c);
    else
      g_string_append_c(to, *text);
  }
  g_string_append_c(to, '"');
}

/* {"level": …, "rules": [{"id": …, "title": …}], "alerts": [id]} */
static void append_verdict(GString* to, const sigrun_result* result) {
  g_string_append(to, "{\"level\":");
  append_json(to, result->level);
  g_string_append(to, ",\"rules\":[");
  for (size_t i = 0; i < result->match_count; ++i) {
    g_string_append(to, i > 0 ? ",{\"id\":" : "{\"id\":");
    append_json(to, result->matches[i]->rule_id);
    g_string_append(to, ",\"title\":");
    append_json(to, result->matches[i]->rule_title);
    g_string_append_c(to, '}');
  }
  g_string_append(to, "],\"alerts\":[");
  for (size_t i = 0; i < result->match_count; ++i) {
    if (i > 0) g_string_append_c(to, ',');
    append_json(to, result->matches[i]->alert_id);
  }
  g_string_append(to, "]}");
}

/* The first of those with the highest level. */
static const sigrun_match* gravest(const sigrun_result* result) {
  for (size_t i = 0; i < result->match_count; ++i)
    if (strcmp(result->matches[i]->rule_level, result->level) == 0) return result->matches[i];
  return result->matches[0];
}

static void set(LogMessage* msg, NVHandle handle, const char* text) {
  log_msg_set_value(msg, handle, text, -1);
}

static void note_matches(const SigrunParser* self, LogMessage* msg, const sigrun_result* result) {
  GString* const text = g_string_sized_new(256);
  char number[32];
  set(msg, self->level, result->level);
  set(msg, self->title, gravest(result)->rule_title);
  snprintf(number, sizeof number, "%zu", result->match_count);
  set(msg, self->matches, number);
  for (size_t i = 0; i < result->match_count; ++i)
    g_string_append_printf(text, "%s%s", i > 0 ? "," : "", result->matches[i]->rule_id);
  set(msg, self->rules, text->str);
  g_string_truncate(text, 0);
  for (size_t i = 0; i < result->match_count; ++i)
    g_string_append_printf(text, "%s%s", i > 0 ? "," : "", result->matches[i]->alert_id);
  set(msg, self->alerts, text->str);
  g_string_truncate(text, 0);
  append_verdict(text, result);
  set(msg, self->json, text->str);
  g_string_free(text, TRUE);
  log_msg_set_tag_by_id(msg, self->tag_id);
}

static void take_result(const sigrun_result* result, void* user) {
  const Verdict* verdict = user;
  const SigrunParser* self = verdict->parser;
  const gboolean unmatched = result->outcome == SIGRUN_REJECTED || result->outcome == SIGRUN_DROPPED;
  if (!unmatched && result->match_count == 0) return;
  LogMessage* const msg = log_msg_make_writable(verdict->message, verdict->path);
  if (unmatched) {
    set(msg, self->outcome, result->outcome == SIGRUN_REJECTED ? "rejected" : "dropped");
    set(msg, self->problem, result->problem);
  }
  if (result->match_count > 0) note_matches(self, msg, result);
}

static gboolean process(LogParser* s, LogMessage** pmsg, const LogPathOptions* path_options,
                        const gchar* input, gsize input_size) {
  SigrunParser* self = (SigrunParser*)s;
  LogMessage* msg = *pmsg;
  char error[256] = "", stamp[64];
  const UnixTime* received = &msg->timestamps[LM_TS_RECVD];
  sigrun_event event = {.size = sizeof event, .form = SIGRUN_JSON, .bytes = input, .byte_count = input_size};
  event.received = received->ut_sec * 1000000000LL + received->ut_usec * 1000LL;

  /* Values are views of the message's table, which must stay where it is while the message is written to. */
  NVTable* const payload = nv_table_ref(msg->payload);
  GArray* pairs = NULL;
  if (self->input != INPUT_JSON) {
    pairs = g_array_sized_new(FALSE, FALSE, sizeof(sigrun_pair), 32);
    Pairs taking = {self, pairs};
    if (self->input == INPUT_PAIRS)
      log_msg_values_foreach(msg, take_pair, &taking);
    else
      take_header(pairs, msg, input, input_size, stamp, sizeof stamp);
    event.form = SIGRUN_PAIRS;
    event.bytes = NULL;
    event.byte_count = 0;
    event.pairs = (const sigrun_pair*)(void*)pairs->data;
    event.pair_count = pairs->len;
  }

  GString* name = NULL;
  gssize source_size = 0;
  const gchar* source;
  if (self->source_name) {
    name = g_string_sized_new(64);
    log_template_format(self->source_name, msg, &DEFAULT_TEMPLATE_EVAL_OPTIONS, name);
    source = name->str;
    source_size = (gssize)name->len;
  } else {
    source = log_msg_get_value(msg, LM_V_HOST, &source_size);
  }

  Verdict verdict = {self, pmsg, path_options};
  const sigrun_status status = sigrun_evaluate_events(self->sigrun, source, (size_t)source_size, &event, 1, 0,
                                                      take_result, &verdict, error, sizeof error);
  if (status != SIGRUN_OK && status != SIGRUN_NOT_READY)
    msg_error("sigrun: a message could not be evaluated", evt_tag_str("config", self->settings.text[OPTION_CONFIG]),
              evt_tag_str("details", error));
  if (name) g_string_free(name, TRUE);
  if (pairs) g_array_free(pairs, TRUE);
  nv_table_unref(payload);
  return TRUE;
}

/* ---- what syslog-ng calls ---- */

static NVHandle handle_of(const SigrunParser* self, const char* name) {
  char* const full = g_strconcat(self->prefix, name, NULL);
  const NVHandle handle = log_msg_get_value_handle(full);
  g_free(full);
  return handle;
}

static gboolean init(LogPipe* s) {
  SigrunParser* self = (SigrunParser*)s;
  GlobalConfig* cfg = log_pipe_get_config(s);
  self->level = handle_of(self, "level");
  self->title = handle_of(self, "title");
  self->rules = handle_of(self, "rules");
  self->alerts = handle_of(self, "alerts");
  self->matches = handle_of(self, "matches");
  self->json = handle_of(self, "json");
  self->outcome = handle_of(self, "outcome");
  self->problem = handle_of(self, "problem");
  self->tag_id = log_tags_get_by_name(self->tag);
  self->prefix_size = strlen(self->prefix);
  self->pairs_prefix_size = strlen(self->pairs_prefix);
  self->engine = shared_engine_take(&self->settings, (uintptr_t)cfg, host_say);
  if (!self->engine) return FALSE;
  self->sigrun = shared_engine_get(self->engine);
  if (log_parser_init_method(s)) return TRUE;
  shared_engine_release(self->engine);
  self->engine = NULL;
  return FALSE;
}

static gboolean deinit(LogPipe* s) {
  SigrunParser* self = (SigrunParser*)s;
  if (self->engine) host_keep_engine(log_pipe_get_config(s), self->engine);
  self->engine = NULL;
  self->sigrun = NULL;
  return log_parser_deinit_method(s);
}

static LogPipe* clone(LogPipe* s) {
  SigrunParser* self = (SigrunParser*)s;
  LogParser* cloned = sigrun_parser_new(s->cfg);
#if HOST_HAS_WORKERS
  log_parser_clone_settings(&self->super, cloned);
#else
  log_parser_set_template(cloned, log_template_ref(self->super.template));
#endif
  engine_settings_copy(&((SigrunParser*)cloned)->settings, &self->settings);
  sigrun_parser_set_input(cloned, self->input);
  sigrun_parser_set_prefix(cloned, self->prefix);
  sigrun_parser_set_tag(cloned, self->tag);
  sigrun_parser_set_pairs_prefix(cloned, self->pairs_prefix);
  sigrun_parser_set_source_name(cloned, log_template_ref(self->source_name));
  return &cloned->super;
}

static void free_parser(LogPipe* s) {
  SigrunParser* self = (SigrunParser*)s;
  shared_engine_release(self->engine);
  engine_settings_clear(&self->settings);
  g_free(self->prefix);
  g_free(self->tag);
  g_free(self->pairs_prefix);
  log_template_unref(self->source_name);
  log_parser_free_method(s);
}

LogParser* sigrun_parser_new(GlobalConfig* cfg) {
  SigrunParser* self = g_new0(SigrunParser, 1);
  log_parser_init_instance(&self->super, cfg);
  self->super.process = process;
  self->super.super.init = init;
  self->super.super.deinit = deinit;
  self->super.super.clone = clone;
  self->super.super.free_fn = free_parser;
  self->prefix = g_strdup(".sigrun.");
  self->tag = g_strdup("sigrun");
  self->pairs_prefix = g_strdup("");
  return &self->super;
}

static void replace(char** text, const char* by) {
  g_free(*text);
  *text = g_strdup(by);
}

void sigrun_parser_set_engine_option(LogParser* parser, engine_option option, const char* text) {
  engine_settings_set(&((SigrunParser*)parser)->settings, option, text);
}
void sigrun_parser_set_prefix(LogParser* parser, const char* prefix) {
  replace(&((SigrunParser*)parser)->prefix, prefix);
}
void sigrun_parser_set_tag(LogParser* parser, const char* tag) {
  replace(&((SigrunParser*)parser)->tag, tag);
}
void sigrun_parser_set_pairs_prefix(LogParser* parser, const char* prefix) {
  replace(&((SigrunParser*)parser)->pairs_prefix, prefix);
}
void sigrun_parser_set_input(LogParser* parser, sigrun_input input) {
  ((SigrunParser*)parser)->input = input;
}
void sigrun_parser_set_source_name(LogParser* parser, LogTemplate* name) {
  SigrunParser* self = (SigrunParser*)parser;
  log_template_unref(self->source_name);
  self->source_name = name;
}
gboolean sigrun_parser_has_config(const LogParser* parser) {
  const SigrunParser* self = (const SigrunParser*)(const void*)parser;
  const char* const config = self->settings.text[OPTION_CONFIG];
  return config && *config;
}
