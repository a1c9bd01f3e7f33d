// Messages to the people who write rules, tables and configuration: `file:line:col: error: what is wrong, what to write instead`.
//
// The core reports problems as values: a function that reads text appends to a DiagnosticSink and returns an empty
// optional when it could not build its result. Nothing here prints.
// Threads: a sink belongs to one thread; Diagnostic is a plain value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sigrun {

// A place in a text file. Lines and columns start at 1; line 0 means "the file as a whole".
struct Mark {
  uint32_t line = 0;
  uint32_t column = 0;
  friend bool operator==(const Mark&, const Mark&) = default;
};

enum class Severity : uint8_t { note, warning, error };

std::string_view severity_name(Severity severity);

struct Diagnostic {
  Severity severity = Severity::error;
  std::string file;
  Mark mark;
  std::string message;

  // "file:line:col: error: message"; the place is left out where it is unknown.
  std::string to_string() const;
};

// Collects the diagnostics of one file.
class DiagnosticSink {
 public:
  explicit DiagnosticSink(std::string file = {}) : file_(std::move(file)) {}

  void error(Mark mark, std::string message) { add(Severity::error, mark, std::move(message)); }
  void warning(Mark mark, std::string message) { add(Severity::warning, mark, std::move(message)); }
  void note(Mark mark, std::string message) { add(Severity::note, mark, std::move(message)); }
  void add(Severity severity, Mark mark, std::string message);
  // Takes over a diagnostic that another sink produced, file and all.
  void append(Diagnostic diagnostic);

  const std::string& file() const { return file_; }
  size_t error_count() const { return error_count_; }
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  // As a line; empty where there is none. Of a failure of configuration the first error says it all.
  std::string first_error() const;
  std::vector<Diagnostic> take() {
    error_count_ = 0;
    return std::exchange(diagnostics_, {});
  }

 private:
  std::string file_;
  std::vector<Diagnostic> diagnostics_;
  size_t error_count_ = 0;
};

}  // namespace sigrun
