#include "cli/load_messages.h"

#include <fmt/format.h>

#include "cli/exit_codes.h"
#include "cli/terminal.h"

namespace sigrun::cli {
namespace {

constexpr size_t listed_errors = 20;

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

bool has_rules(const Engine* engine, const LoadReport& report, const std::string& command, int& status) {
  if (engine && report.loaded > 0) return true;
  const bool all_refused = report.refused > 0 && report.deselected == 0 && report.loaded == 0;
  std::string reason = report.fatal;
  if (reason.empty()) {
    reason = all_refused             ? "every rule was refused"
             : report.deselected > 0 ? "no rule is left by --min-level, --min-status, --select and --exclude"
                                     : "there is no detection rule in what was named";
  }
  say(command + ": " + printable(reason));
  status = all_refused ? exit_rules : exit_usage;
  return false;
}

}  // namespace sigrun::cli
