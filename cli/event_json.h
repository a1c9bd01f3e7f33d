// Events of rules' tests that are written as YAML, as the engine reads them. A pure function.
#pragma once

#include <string>

#include "sigma/yaml.h"

namespace sigrun::cli {

// A YAML value as JSON on one line: numbers as written, quoted text stays text, maps keep their order.
void append_json(const sigma::YamlNode& node, std::string& out);

}  // namespace sigrun::cli
