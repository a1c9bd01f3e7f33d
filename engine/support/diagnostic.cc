#include "support/diagnostic.h"

#include <fmt/format.h>

namespace sigrun {

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "error";
}

std::string Diagnostic::to_string() const {
  std::string place = file;
  if (mark.line != 0) place += fmt::format("{}{}:{}", place.empty() ? "" : ":", mark.line, mark.column);
  if (!place.empty()) place += ": ";
  return fmt::format("{}{}: {}", place, severity_name(severity), message);
}

void DiagnosticSink::add(Severity severity, Mark mark, std::string message) {
  append({severity, file_, mark, std::move(message)});
}

void DiagnosticSink::append(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::error) ++error_count_;
  diagnostics_.push_back(std::move(diagnostic));
}

std::string DiagnosticSink::first_error() const {
  for (const Diagnostic& diagnostic : diagnostics_)
    if (diagnostic.severity == Severity::error) return diagnostic.to_string();
  return {};
}

}  // namespace sigrun
