// Arguments that several sub-commands share: which rules, which pipelines and tables, which selection. Plain
// values, filled by the parser; to_load_options checks them and builds what the engine wants.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine.h"

namespace sigrun::cli {

struct RuleOptions {
  std::vector<std::string> rules, pipelines;
  std::string vars, taxonomy;
  std::string logsource = "auto";
  std::string min_level, min_status;
  std::vector<std::string> select, exclude;
};

// `paths…` as positional arguments (check, test).
void add_rule_paths(CLI::App& command, RuleOptions& options);
// --pipeline, --vars, --taxonomy
void add_interpretation_options(CLI::App& command, RuleOptions& options);
// --min-level, --min-status, --select, --exclude
void add_selection_options(CLI::App& command, RuleOptions& options);
// --logsource
void add_logsource_option(CLI::App& command, RuleOptions& options);
// An option that may be given several times, one value each: `-r a -r b`, so that it never swallows what
// follows.
CLI::Option* add_repeatable(CLI::App& command, const std::string& names, std::vector<std::string>& values,
                            const std::string& description);

// "auto", "off" or "product=…,category=…,service=…"; empty with `error` set.
std::optional<LogSourceMode> parse_logsource_mode(std::string_view text, std::string& error);
// For CLI::Option::check: empty when the word is one of Sigma's, else what to write.
std::string check_level(const std::string& word);
std::string check_status(const std::string& word);

std::optional<LoadOptions> to_load_options(const RuleOptions& options, std::string& error);

// The shipped rules: every folder of `<share>/rules` that holds rules (tables and samples are no rules).
std::vector<std::string> shipped_rule_paths();

}  // namespace sigrun::cli
