/* parser { sigrun(…); }: runs each message through the rules and notes on it what matched. No message is
 * dropped.
 *
 * Order of calls: new, the setters, then what syslog-ng calls. Setters copy texts and take templates over.
 * Threads: as syslog-ng has it; process runs on many at once. */
#ifndef SIGRUN_SYSLOG_NG_SIGRUN_PARSER_H
#define SIGRUN_SYSLOG_NG_SIGRUN_PARSER_H

#include "host.h"

typedef enum sigrun_input {
  INPUT_JSON,  /* the text is a JSON object */
  INPUT_PAIRS, /* the message's name-value pairs */
  INPUT_RAW    /* the text is for people: it becomes the field message, beside those of the syslog header */
} sigrun_input;

LogParser* sigrun_parser_new(GlobalConfig* cfg);
/* Which engine. */
void sigrun_parser_set_engine_option(LogParser* parser, engine_option option, const char* text);
void sigrun_parser_set_input(LogParser* parser, sigrun_input input);
/* Of the pairs that are set: ".sigrun." */
void sigrun_parser_set_prefix(LogParser* parser, const char* prefix);
void sigrun_parser_set_tag(LogParser* parser, const char* tag);
/* Of the pairs that are read: only these, without it. */
void sigrun_parser_set_pairs_prefix(LogParser* parser, const char* prefix);
/* What names the input: ${HOST} */
void sigrun_parser_set_source_name(LogParser* parser, LogTemplate* name);
gboolean sigrun_parser_has_config(const LogParser* parser);

#endif
