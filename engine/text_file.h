// The text of a configuration file: rules, tables, pipelines, placeholders. Events come through event/byte_source.h. Reentrant.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace sigrun {

// Reads at most `limit` + 1 bytes: enough to see that a file is too long. None, with `problem` set, where it cannot be read.
std::optional<std::string> read_text(const std::string& path, size_t limit, std::string& problem);

}  // namespace sigrun
