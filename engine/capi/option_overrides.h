// sigrun_options in the engine's own words: what goes over a configuration file.
//
// Order of calls: read(), then configuration() as often as rules are loaded. Threads: reading is const.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.h"
#include "sigrun/sigrun.h"

namespace sigrun {

class OptionOverrides {
 public:
  // False: `problem` says what cannot be understood.
  bool read(const sigrun_options& from, std::string& problem);
  // The configuration, read anew, with these over it.
  std::optional<Configuration> configuration(std::string& problem) const;
  LiveOptions::OnLoadError on_load_error() const;

 private:
  bool names_rules(std::string& problem) const;
  bool read_logsource(const sigrun_options& from, std::string& problem);
  bool read_levels(const sigrun_options& from, std::string& problem);
  bool read_live(const sigrun_options& from, std::string& problem);
  void apply(Configuration& to) const;

  std::string configuration_, vars_path_, taxonomy_path_;
  std::vector<std::string> rule_paths_, pipelines_, select_, exclude_;
  std::optional<std::string> state_folder_;
  std::optional<LogSourceMode> logsource_;
  std::optional<sigma::Level> min_level_;
  std::optional<sigma::Status> min_status_;
  std::optional<LiveOptions::WhenBehind> when_behind_;
  std::optional<LiveOptions::SpoolFull> spool_full_;
  std::optional<LiveOptions::OnLoadError> on_load_error_;
  std::optional<bool> queue_detections_;
};

}  // namespace sigrun
