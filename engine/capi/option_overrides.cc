#include "capi/option_overrides.h"

namespace sigrun {
namespace {

std::string text_or_empty(const char* text) { return text ? std::string(text) : std::string(); }

bool read_list(const char* const* list, size_t count, const char* name, std::vector<std::string>& to,
               std::string& problem) {
  if (count != 0 && !list) return problem = std::string(name) + " is null", false;
  for (size_t i = 0; i < count; ++i) {
    if (!list[i]) return problem = std::string("a null pointer among ") + name, false;
    to.emplace_back(list[i]);
  }
  return true;
}

// One of two words.
template <class Choice>
bool read_choice(const char* text, const char* name, std::array<std::string_view, 2> words,
                 std::optional<Choice>& to, std::string& problem) {
  if (!text || !*text) return true;
  for (size_t i = 0; i < words.size(); ++i)
    if (text == words[i]) return to = static_cast<Choice>(i), true;
  problem =
      std::string(name) + ": " + std::string(words[0]) + " or " + std::string(words[1]) + ", not " + text;
  return false;
}

}  // namespace

bool OptionOverrides::read(const sigrun_options& from, std::string& problem) {
  configuration_ = text_or_empty(from.configuration);
  vars_path_ = text_or_empty(from.vars_path);
  taxonomy_path_ = text_or_empty(from.taxonomy_path);
  if (from.state_folder) state_folder_ = from.state_folder;
  return read_list(from.rule_paths, from.rule_path_count, "rule_paths", rule_paths_, problem) &&
         read_list(from.pipelines, from.pipeline_count, "pipelines", pipelines_, problem) &&
         read_list(from.select, from.select_count, "select", select_, problem) &&
         read_list(from.exclude, from.exclude_count, "exclude", exclude_, problem) && names_rules(problem) &&
         read_logsource(from, problem) && read_levels(from, problem) && read_live(from, problem);
}

std::optional<Configuration> OptionOverrides::configuration(std::string& problem) const {
  std::optional<Configuration> configuration(std::in_place);
  if (!configuration_.empty()) {
    DiagnosticSink sink(configuration_);
    configuration = load_configuration(configuration_, sink);
    if (!configuration) {
      problem = sink.first_error();
      return {};
    }
  } else {
    configuration->live.on_load_error = LiveOptions::OnLoadError::fail;
  }
  apply(*configuration);
  if (configuration->load.rule_paths.empty()) {
    problem = configuration_ + ": names no rules";
    return {};
  }
  return configuration;
}

LiveOptions::OnLoadError OptionOverrides::on_load_error() const {
  return on_load_error_.value_or(configuration_.empty() ? LiveOptions::OnLoadError::fail
                                                        : LiveOptions::OnLoadError::pass);
}

bool OptionOverrides::names_rules(std::string& problem) const {
  if (rule_paths_.empty() && configuration_.empty())
    return problem = "no rule_paths and no configuration", false;
  return true;
}

bool OptionOverrides::read_logsource(const sigrun_options& from, std::string& problem) {
  const std::string logsource = text_or_empty(from.logsource);
  if (logsource.empty()) return true;
  logsource_ = parse_logsource_mode(logsource, problem);
  if (!logsource_) problem = "logsource: " + problem;
  return logsource_.has_value();
}

bool OptionOverrides::read_levels(const sigrun_options& from, std::string& problem) {
  if (const std::string level = text_or_empty(from.min_level); !level.empty()) {
    min_level_ = sigma::parse_level(level);
    if (!min_level_) return problem = "min_level: no such level: " + level, false;
  }
  if (const std::string status = text_or_empty(from.min_status); !status.empty()) {
    min_status_ = sigma::parse_status(status);
    if (!min_status_) return problem = "min_status: no such status: " + status, false;
  }
  return true;
}

bool OptionOverrides::read_live(const sigrun_options& from, std::string& problem) {
  return read_choice(from.when_behind, "when_behind", {"wait", "pass"}, when_behind_, problem) &&
         read_choice(from.spool_full, "spool_full", {"block", "drop-oldest"}, spool_full_, problem) &&
         read_choice(from.on_load_error, "on_load_error", {"pass", "fail"}, on_load_error_, problem) &&
         read_choice(from.queue_detections, "queue_detections", {"no", "yes"}, queue_detections_, problem);
}

void OptionOverrides::apply(Configuration& to) const {
  LoadOptions& load = to.load;
  if (!rule_paths_.empty()) load.rule_paths = rule_paths_;
  if (!pipelines_.empty()) load.pipelines = pipelines_;
  if (!select_.empty()) load.selection.select = select_;
  if (!exclude_.empty()) load.selection.exclude = exclude_;
  if (!vars_path_.empty()) load.vars_path = vars_path_;
  if (!taxonomy_path_.empty()) {
    load.use_taxonomy = taxonomy_path_ != "none";
    load.taxonomy_path = load.use_taxonomy ? taxonomy_path_ : std::string();
  }
  if (logsource_) load.logsource = *logsource_;
  if (min_level_) load.selection.min_level = *min_level_;
  if (min_status_) load.selection.min_status = *min_status_;
  if (state_folder_) to.state.folder = *state_folder_;
  if (when_behind_) to.live.when_behind = *when_behind_;
  if (spool_full_) to.live.spool_full = *spool_full_;
  if (on_load_error_) to.live.on_load_error = *on_load_error_;
  if (queue_detections_) to.live.queue_detections = *queue_detections_;
}

}  // namespace sigrun
