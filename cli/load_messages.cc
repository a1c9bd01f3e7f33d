#include "cli/load_messages.h"

#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/terminal.h"

namespace sigrun::cli {
namespace {

constexpr size_t listed_errors = 20;

// "min-level and select": those that were given, by an option or in a configuration.
std::string given_options(const RuleSelection& selection) {
  std::string text;
  const auto add = [&](bool given, std::string_view name) {
    if (given) text += fmt::format("{}{}", text.empty() ? "" : " and ", name);
  };
  add(selection.min_level != sigma::Level::none, "min-level");
  add(selection.min_status != sigma::Status::none, "min-status");
  add(!selection.select.empty(), "select");
  add(!selection.exclude.empty(), "exclude");
  return text;
}

}  // namespace

void report_refused(const LoadReport& report) {
  size_t errors = 0;
  for (const Diagnostic& diagnostic : report.diagnostics) {
    if (diagnostic.severity == Severity::note) say(printable(diagnostic.to_string()));
    if (diagnostic.severity == Severity::error && ++errors <= listed_errors)
      say(printable(diagnostic.to_string()));
  }
  if (errors > listed_errors) {
    say(fmt::format("… and {} more: `sigrun check` with the same paths lists them all",
                    group_digits(errors - listed_errors)));
  }
}

bool names_rules(const LoadOptions& options, const std::string& command) {
  if (!options.rule_paths.empty()) return true;
  say(command + ": no rules: name files or folders, or a configuration (--config) that does");
  return false;
}

void report_unmatched(const LoadReport& report, const std::string& command) {
  const auto warn = [&](std::string_view option, const std::vector<std::string>& values) {
    for (const std::string& value : values)
      say(fmt::format("{}: warning: {} {} matches no rule", command, option, printable(value)));
  };
  warn("select", report.unmatched_select);
  warn("exclude", report.unmatched_exclude);
}

bool has_rules(const Engine* engine, const LoadReport& report, const std::string& command, int& status,
               const RuleSelection& selection) {
  if (engine && report.loaded > 0) return true;
  const bool all_refused = report.refused > 0 && report.deselected == 0 && report.loaded == 0;
  std::string reason = report.fatal;
  if (reason.empty()) {
    reason = all_refused             ? "every rule was refused"
             : report.deselected > 0 ? "no rule is left by " + given_options(selection)
                                     : "there is no detection rule in what was named";
  }
  say(command + ": " + printable(reason));
  status = all_refused ? exit_rules : exit_usage;
  return false;
}

}  // namespace sigrun::cli
