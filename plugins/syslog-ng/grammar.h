/* The options of the parser and the source, as they stand in syslog-ng.conf: a hand-written grammar over
 * syslog-ng's lexer, which tells where an option is wrong. */
#ifndef SIGRUN_SYSLOG_NG_GRAMMAR_H
#define SIGRUN_SYSLOG_NG_GRAMMAR_H

#include "host.h"

extern CfgParser sigrun_parser_grammar;
extern CfgParser sigrun_source_grammar;

#endif
