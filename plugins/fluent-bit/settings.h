// The options of one instance, as the host's configuration has them. docs/guides/fluent-bit.md says what each
// means.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sigrun::fluentbit {

// What an engine is opened with. Instances that say the same share one.
struct EngineSettings {
  std::string config;  // an absolute path
  // Empty or absent: what the configuration says.
  std::optional<std::string> state_folder;
  std::string logsource, min_level, min_status, when_behind, spool_full, on_load_error, queue_detections;
  std::vector<std::string> select, exclude;

  bool operator==(const EngineSettings&) const = default;
  // Whether an alerts input that says `this` takes the alerts of an engine of `engine`: what it does not say
  // may be anything.
  bool covers(const EngineSettings& engine) const;
};

struct FilterSettings {
  EngineSettings engine;
  std::string key;                   // of raw lines; empty: records are parsed
  std::string field = "sigrun";      // of what is added
  std::optional<std::string> input;  // absent: the tag
};

struct AlertsSettings {
  EngineSettings engine;
  int64_t acknowledge_after = 5;  // seconds
};

// Null where the host has nothing for this key.
using Property = std::function<const char*(const char* key)>;

// Nothing: `problem` says what is wrong.
std::optional<FilterSettings> read_filter_settings(const Property& property, std::string& problem);
std::optional<AlertsSettings> read_alerts_settings(const Property& property, std::string& problem);

}  // namespace sigrun::fluentbit
