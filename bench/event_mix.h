// The events that are measured, in memory: neither disk nor decompression counts.
//
// A mix is NDJSON text, followed by the bytes that simdjson reads ahead. Pure but for read_events.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine.h"

namespace sigrun::bench {

// The decompressed bytes of a file; empty with `error` set where it cannot be read.
std::string read_events(const std::string& path, std::string& error);

// The events that `keep` wants, a line each.
std::string select_events(const std::string& text, const Engine& engine,
                          const std::function<bool(std::string_view)>& keep);

// The events that fire a rule, a line each.
std::string select_matching(const std::string& text, const Engine& engine);

}  // namespace sigrun::bench
