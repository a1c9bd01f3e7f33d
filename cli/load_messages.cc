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
    if (diagnostic.severity == Severity::error && ++errors <= listed_errors)
      say(printable(diagnostic.to_string()));
  }
  if (errors > listed_errors) {
    say(fmt::format("… and {} more: `sigrun check` with the same paths lists them all",
                    group_digits(errors - listed_errors)));
  }
}

int status_without_engine(const LoadReport& report) {
  return report.refused > 0 && report.loaded == 0 && report.deselected == 0 ? exit_rules : exit_usage;
}

}  // namespace sigrun::cli
