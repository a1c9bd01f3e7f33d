#include "cli/options.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace sigrun::cli {
namespace {

namespace fs = std::filesystem;

bool is_rule_file(const fs::path& path) { return is_yaml_file_name(path.filename().string()); }

bool holds_rules(const fs::path& folder) {
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (is_rule_file(at->path())) return true;
  }
  return false;
}

}  // namespace

CLI::Option* add_repeatable(CLI::App& command, const std::string& names, std::vector<std::string>& values,
                            const std::string& description) {
  // One value each, all of them kept: help then shows no `...`, which would promise `-r a b`.
  return command.add_option(names, values, description)->expected(1)->take_all()->allow_extra_args(false);
}

void add_rule_paths(CLI::App& command, RuleOptions& options) {
  command.add_option("paths", options.rules, "Rule files or folders")->required()->type_name("PATH");
}

// Descriptions break their lines themselves: the parser prints them as they are.
void add_interpretation_options(CLI::App& command, RuleOptions& options) {
  add_repeatable(
      command, "-p,--pipeline", options.pipelines,
      "Processing pipeline: a file, or a shipped name (sysmon,\nwindows-audit, ecs_windows); repeatable")
      ->type_name("PIPELINE");
  command.add_option("--vars", options.vars, "YAML file with values for %placeholders%")->type_name("FILE");
  command
      .add_option("--taxonomy", options.taxonomy,
                  "File or folder of log source tables instead of the\nshipped ones; none: no tables at all")
      ->type_name("PATH|none");
}

void add_selection_options(CLI::App& command, RuleOptions& options) {
  command
      .add_option("--min-level", options.min_level,
                  "Only rules of at least this level: informational, low,\nmedium, high, critical")
      ->check(check_level)
      ->type_name("LEVEL");
  command
      .add_option("--min-status", options.min_status,
                  "Only rules of at least this status: unsupported,\ndeprecated, experimental, test, stable")
      ->check(check_status)
      ->type_name("STATUS");
  add_repeatable(
      command, "--select", options.select,
      "Only rules with this id or tag (attack.t1059, attack.*),\nor whose path matches this glob; repeatable")
      ->type_name("ID|TAG|GLOB");
  add_repeatable(command, "--exclude", options.exclude, "Without rules with this id, tag or path; repeatable")
      ->type_name("ID|TAG|GLOB");
}

void add_logsource_option(CLI::App& command, RuleOptions& options) {
  command
      .add_option("--logsource", options.logsource,
                  "How events find their rules. auto: the tables recognise\n"
                  "them; off: every rule on every event; or what all events\n"
                  "are: product=…,category=…,service=… (any of them)")
      ->check([](const std::string& text) {
        std::string error;
        parse_logsource_mode(text, error);
        return error;
      })
      ->type_name("MODE");
}

std::optional<LogSourceMode> parse_logsource_mode(std::string_view text, std::string& error) {
  LogSourceMode mode;
  if (text == "auto") return mode;
  if (text == "off") {
    mode.kind = LogSourceMode::Kind::off;
    return mode;
  }
  mode.kind = LogSourceMode::Kind::fixed;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    const size_t equals = std::min(part.find('='), part.size());
    const std::string_view key = part.substr(0, equals),
                           value = part.substr(std::min(equals + 1, part.size()));
    std::string* target = key == "product"    ? &mode.logsource.product
                          : key == "category" ? &mode.logsource.category
                          : key == "service"  ? &mode.logsource.service
                                              : nullptr;
    if (!target || value.empty()) {
      error = "\"" + std::string(part) +
              "\" is no log source; write auto, off, or product=…,category=…,service=…";
      return std::nullopt;
    }
    if (!target->empty()) {
      error = "\"" + std::string(key) + "\" is given twice";
      return std::nullopt;
    }
    *target = value;
    begin = end + 1;
  }
  return mode;
}

std::string check_level(const std::string& word) {
  const auto level = sigma::parse_level(word);
  return level && *level != sigma::Level::none
             ? std::string()
             : "\"" + word + "\" is no level; write informational, low, medium, high or critical";
}

std::string check_status(const std::string& word) {
  const auto status = sigma::parse_status(word);
  return status && *status != sigma::Status::none
             ? std::string()
             : "\"" + word + "\" is no status; write unsupported, deprecated, experimental, test or stable";
}

std::optional<LoadOptions> to_load_options(const RuleOptions& options, std::string& error) {
  LoadOptions load;
  load.rule_paths = options.rules;
  load.pipelines = options.pipelines;
  load.vars_path = options.vars;
  load.use_taxonomy = options.taxonomy != "none";
  if (load.use_taxonomy) load.taxonomy_path = options.taxonomy;
  const auto mode = parse_logsource_mode(options.logsource, error);
  if (!mode) return std::nullopt;
  load.logsource = *mode;
  if (!options.min_level.empty()) load.selection.min_level = sigma::parse_level(options.min_level).value();
  if (!options.min_status.empty())
    load.selection.min_status = sigma::parse_status(options.min_status).value();
  load.selection.select = options.select;
  load.selection.exclude = options.exclude;
  return load;
}

std::vector<std::string> shipped_rule_paths() {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator at(fs::path(share_folder()) / "rules", error), end; !error && at != end;
       at.increment(error)) {
    const fs::path& path = at->path();
    if (path.filename() == "taxonomy") continue;
    std::error_code ignored;
    if (fs::is_directory(path, ignored) ? holds_rules(path) : is_rule_file(path))
      paths.push_back(path.string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace sigrun::cli
