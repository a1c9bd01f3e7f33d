// Arguments that several sub-commands share: which rules, which pipelines and tables, which selection. Plain
// values, filled by the parser; configure() puts them over those of the configuration file and checks them.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/configuration.h"
#include "engine.h"

namespace sigrun::cli {

struct RuleOptions {
  std::vector<std::string> rules, pipelines;
  std::string config, vars, taxonomy, logsource;
  std::string min_level, min_status;
  std::vector<std::string> select, exclude;
};

// `paths…` as positional arguments (check, test).
void add_rule_paths(CLI::App& command, RuleOptions& options);
// Of commands that run rules over events: --rules, and all of the following.
void add_rule_options(CLI::App& command, RuleOptions& options);
// --config, --pipeline, --vars, --taxonomy
void add_interpretation_options(CLI::App& command, RuleOptions& options);
// --min-level, --min-status, --select, --exclude
void add_selection_options(CLI::App& command, RuleOptions& options);
// --logsource
void add_logsource_option(CLI::App& command, RuleOptions& options);
// An option that may be given several times, one value each: `-r a -r b`, so that it never swallows what
// follows.
CLI::Option* add_repeatable(CLI::App& command, const std::string& names, std::vector<std::string>& values,
                            const std::string& description);

// For CLI::Option::check: empty when the word is one of Sigma's, else what to write.
std::string check_level(const std::string& word);
std::string check_status(const std::string& word);

// Puts the options that were given over `load`: a list replaces a list. False with `error` set.
bool override_options(const RuleOptions& options, LoadOptions& load, std::string& error);
// The configuration file, where one was named, with the options put over it. Empty once everything that is wrong with
// either was said on standard error, in the name of `command`.
std::optional<Configuration> configure(const RuleOptions& options, const std::string& command);

// The shipped rules: every folder of `<share>/rules` that holds rules (tables and samples are no rules).
std::vector<std::string> shipped_rule_paths();

}  // namespace sigrun::cli
