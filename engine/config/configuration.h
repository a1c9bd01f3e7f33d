// The configuration file, sigrun.yaml: one file that says what the options of the command and of the plugins say otherwise.
// docs/configuration.md describes every key, docs/sigrun.schema.json tells editors.
//
// Order of calls: load_configuration() for a file, or read_configuration() for its text; put over it what was said otherwise;
// Engine::load() with `load`. A Configuration is a plain value; the functions are reentrant. Nothing here opens a file
// that the text names, nor looks for a configuration by itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/live_options.h"
#include "load_options.h"
#include "sigma/rule.h"
#include "support/diagnostic.h"

namespace sigrun {

// Where alerts go.
struct OutputOptions {
  enum class Format : uint8_t {
    automatic,  // a table on a terminal, else ndjson
    table,
    ndjson,
  };
  std::string file;  // empty: where alerts go otherwise
  Format format = Format::automatic;
  sigma::Level min_level = sigma::Level::none;  // of detections: those below are counted, and not written
};

struct Configuration {
  LoadOptions load;
  StateOptions state;
  LiveOptions live;
  OutputOptions output;
};

// Empty after an error in the sink, which has each of them with its place. Relative paths become paths from the folder of
// `file`, whose text this is.
std::optional<Configuration> read_configuration(std::string_view text, const std::string& file,
                                                DiagnosticSink& sink);

// The same for a file that is read; the sink bears its name.
std::optional<Configuration> load_configuration(const std::string& path, DiagnosticSink& sink);

// Every key that can be written, "rules" or "time.zone", in the order of the documentation: for tests that compare it with
// the schema and the documentation.
std::vector<std::string> configuration_keys();

}  // namespace sigrun
