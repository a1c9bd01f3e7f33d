#include "engine_settings.h"

#include <stdlib.h>
#include <string.h>

static const char* const names[ENGINE_OPTIONS] = {"config",     "state-folder", "logsource", "min-level",
                                                  "min-status", "select",       "exclude"};

bool engine_settings_set(engine_settings* settings, engine_option option, const char* text) {
  char* copy = NULL;
  if (text && !(copy = strdup(text))) return false;
  free(settings->text[option]);
  settings->text[option] = copy;
  return true;
}

bool engine_settings_copy(engine_settings* to, const engine_settings* from) {
  bool done = true;
  for (int i = 0; i < ENGINE_OPTIONS; ++i)
    done = engine_settings_set(to, (engine_option)i, from->text[i]) && done;
  return done;
}

void engine_settings_clear(engine_settings* settings) {
  for (int i = 0; i < ENGINE_OPTIONS; ++i) {
    free(settings->text[i]);
    settings->text[i] = NULL;
  }
}

bool engine_settings_equal(const engine_settings* one, const engine_settings* other) {
  for (int i = 0; i < ENGINE_OPTIONS; ++i) {
    const char *a = one->text[i], *b = other->text[i];
    if (!a != !b || (a && strcmp(a, b) != 0)) return false;
  }
  return true;
}

char* engine_settings_name(const engine_settings* settings) {
  size_t size = 1;
  for (int i = 0; i < ENGINE_OPTIONS; ++i)
    if (settings->text[i]) size += strlen(settings->text[i]) + strlen(names[i]) + 2;
  char* const name = malloc(size);
  if (!name) return NULL;
  name[0] = '\0';
  for (int i = 0; i < ENGINE_OPTIONS; ++i) {
    if (!settings->text[i]) continue;
    if (i != OPTION_CONFIG) {
      strcat(name, ",");
      strcat(name, names[i]);
      strcat(name, "=");
    }
    strcat(name, settings->text[i]);
  }
  return name;
}
