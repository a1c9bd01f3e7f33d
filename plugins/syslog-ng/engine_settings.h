/* What a parser or a source says of the engine that it wants: a configuration file, and options that go over what is in it. Those who say the same share an engine.
 *
 * Texts are copied. A set that is all zeros is empty. */
#ifndef SIGRUN_SYSLOG_NG_ENGINE_SETTINGS_H
#define SIGRUN_SYSLOG_NG_ENGINE_SETTINGS_H

#include <stdbool.h>

typedef enum engine_option {
  OPTION_CONFIG,
  OPTION_STATE_FOLDER,
  OPTION_LOGSOURCE,
  OPTION_MIN_LEVEL,
  OPTION_MIN_STATUS,
  OPTION_SELECT, /* a list, with commas */
  OPTION_EXCLUDE,
  ENGINE_OPTIONS
} engine_option;

typedef struct engine_settings {
  char* text[ENGINE_OPTIONS]; /* null: not said */
} engine_settings;

/* False: out of memory. */
bool engine_settings_set(engine_settings* settings, engine_option option, const char* text);
bool engine_settings_copy(engine_settings* to, const engine_settings* from);
void engine_settings_clear(engine_settings* settings);
bool engine_settings_equal(const engine_settings* one, const engine_settings* other);
/* For people, and different for different settings: "/etc/sigrun/sigrun.yaml,min-level=high". To be freed; null: out of memory. */
char* engine_settings_name(const engine_settings* settings);

#endif
