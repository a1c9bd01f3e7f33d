// Alerts as text: one JSON object a line (docs/alert.schema.json).
#pragma once

#include <string>

#include "alert/alert.h"

namespace sigrun {

// Appends the alert as one line of JSON, newline included.
void render_ndjson(const Alert& alert, std::string& out);

}  // namespace sigrun
