#include "cli/options.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/terminal.h"
#include "parallel.h"

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
  command.add_option("paths", options.rules, "Rule files or folders; without them: those of --config")
      ->type_name("PATH");
}

// Descriptions break their lines themselves: the parser prints them as they are.
void add_interpretation_options(CLI::App& command, RuleOptions& options) {
  command
      .add_option("--config", options.config,
                  "Configuration file (sigrun.yaml). What is said here as\nwell is taken from here")
      ->type_name("FILE");
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

void add_rule_options(CLI::App& command, RuleOptions& options) {
  add_repeatable(command, "-r,--rules", options.rules,
                 "Rule file or folder; repeatable. Without it: the shipped rules")
      ->type_name("PATH");
  add_interpretation_options(command, options);
  add_logsource_option(command, options);
  add_selection_options(command, options);
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

bool override_options(const RuleOptions& options, LoadOptions& load, std::string& error) {
  const auto replace = [](const auto& given, auto& configured) {
    if (!given.empty()) configured = given;
  };
  replace(options.rules, load.rule_paths);
  replace(options.pipelines, load.pipelines);
  replace(options.vars, load.vars_path);
  if (!options.taxonomy.empty()) {
    load.use_taxonomy = options.taxonomy != "none";
    load.taxonomy_path = load.use_taxonomy ? options.taxonomy : std::string();
  }
  if (!options.logsource.empty()) {
    const auto mode = parse_logsource_mode(options.logsource, error);
    if (!mode) return false;
    load.logsource = *mode;
  }
  if (!options.min_level.empty()) load.selection.min_level = sigma::parse_level(options.min_level).value();
  if (!options.min_status.empty())
    load.selection.min_status = sigma::parse_status(options.min_status).value();
  replace(options.select, load.selection.select);
  replace(options.exclude, load.selection.exclude);
  return true;
}

std::optional<Configuration> configure(const RuleOptions& options, const std::string& command) {
  Configuration configuration;
  if (!options.config.empty()) {
    DiagnosticSink sink(options.config);
    auto read = load_configuration(options.config, sink);
    for (const Diagnostic& diagnostic : sink.diagnostics()) say(printable(diagnostic.to_string()));
    if (!read) return std::nullopt;
    configuration = std::move(*read);
  }
  std::string error;
  configuration.load.for_each = in_parallel;
  if (override_options(options, configuration.load, error)) return configuration;
  say(command + ": " + printable(error));
  return std::nullopt;
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
