// `sigrun check`: loads rules and tells everything that is wrong or worth knowing about them. Its report is
// its data, so it goes to standard output.
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/load_messages.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "support/json_text.h"

namespace sigrun::cli {
namespace {

struct CheckArguments {
  RuleOptions rules;
  std::string format = "table";
};

std::string logsource_rows(const std::map<std::string, size_t>& per_logsource) {
  std::string text;
  for (const auto& [name, rules] : per_logsource) {
    text += fmt::format("{:>9}  {}\n", group_digits(rules), name.empty() ? "(none)" : printable(name));
  }
  return text;
}

void write_table(const LoadReport& report, Output& output) {
  for (const Diagnostic& diagnostic : report.diagnostics)
    output.write(printable(diagnostic.to_string()) + "\n");
  if (!report.diagnostics.empty()) output.write("\n");
  if (!report.per_logsource.empty())
    output.write("    RULES  LOG SOURCE\n" + logsource_rows(report.per_logsource) + "\n");
  if (!report.unknown_logsource.empty()) {
    output.write(
        "No table knows these log sources; their rules run only on events that no table recognises:\n" +
        logsource_rows(report.unknown_logsource) + "\n");
  }
  if (!report.muted.empty()) {
    output.write("Silent, because a correlation refers to them and does not say `generate: true`:\n");
    for (const std::string& title : report.muted) output.write("  " + printable(title) + "\n");
    output.write("\n");
  }
  output.write(fmt::format("{}: {} loaded, {} refused; {}, {}; {}, {}\n", counted(report.files, "file"),
                           counted(report.loaded, "rule"), group_digits(report.refused),
                           counted(report.correlations, "correlation"), counted(report.filters, "filter"),
                           counted(report.count(Severity::error), "error"),
                           counted(report.count(Severity::warning), "warning")));
}

// {"kind":"logsource","name":"…",…
std::string named_record(std::string_view kind, std::string_view key, std::string_view name) {
  std::string line = fmt::format("{{\"kind\":\"{}\",\"{}\":", kind, key);
  append_json_string(name, line);
  return line;
}

void write_ndjson(const LoadReport& report, Output& output) {
  for (const Diagnostic& diagnostic : report.diagnostics) {
    std::string line = named_record("problem", "file", diagnostic.file);
    line += fmt::format(",\"line\":{},\"column\":{},\"severity\":\"{}\",\"message\":", diagnostic.mark.line,
                        diagnostic.mark.column, severity_name(diagnostic.severity));
    append_json_string(diagnostic.message, line);
    output.write(line + "}\n");
  }
  for (const auto& [name, rules] : report.per_logsource) {
    output.write(
        named_record("logsource", "logsource", name) +
        fmt::format(",\"rules\":{},\"known\":{}}}\n", rules, !report.unknown_logsource.contains(name)));
  }
  for (const std::string& title : report.muted) output.write(named_record("muted", "title", title) + "}\n");
  output.write(fmt::format(
      "{{\"kind\":\"total\",\"files\":{},\"loaded\":{},\"refused\":{},\"correlations\":{},\"filters\":{},"
      "\"errors\":{},\"warnings\":{}}}\n",
      report.files, report.loaded, report.refused, report.correlations, report.filters,
      report.count(Severity::error), report.count(Severity::warning)));
}

// Rules without an id that stand behind others in their file: what alerts call them goes with their name or
// place.
void note_missing_ids(const Engine& engine, LoadReport& report) {
  for (const auto& rule : engine.sources())
    if (rule->id.starts_with(std::filesystem::path(rule->file).stem().string() + "#"))
      report.diagnostics.push_back({Severity::note,
                                    rule->file,
                                    {rule->line, 1},
                                    fmt::format("this rule has no id; alerts call it '{}'. Give it one: id: "
                                                "followed by a UUID",
                                                rule->id)});
}

int run_check(const CheckArguments& arguments) {
  const auto configuration = configure(arguments.rules, "sigrun check");
  if (!configuration || !names_rules(configuration->load, "sigrun check")) return exit_usage;
  LoadReport report;
  const auto engine = Engine::load(configuration->load, report);
  if (engine) note_missing_ids(*engine, report);
  report_unmatched(report, "sigrun check");
  Output output;
  // Where nothing at all was read there is nothing to report.
  if (engine || !report.diagnostics.empty()) {
    if (arguments.format == "ndjson")
      write_ndjson(report, output);
    else
      write_table(report, output);
  }
  if (!output.close() && !output.broken_pipe()) {
    say("sigrun check: " + printable(output.error()));
    return exit_usage;
  }
  if (int status = exit_done;
      !has_rules(engine.get(), report, "sigrun check", status, configuration->load.selection))
    return status;
  if (report.refused > 0 || report.count(Severity::error) > 0) return exit_rules;
  return report.count(Severity::warning) > 0 ? exit_findings : exit_done;
}

}  // namespace

void add_check_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<CheckArguments>();
  auto* command = app.add_subcommand("check", "Load rules and list everything that is wrong with them");
  add_rule_paths(*command, arguments->rules);
  add_interpretation_options(*command, arguments->rules);
  command->add_option("--format", arguments->format, "table: for people; ndjson: one JSON object per line")
      ->check(CLI::IsMember({"table", "ndjson"}))
      ->type_name("FORMAT");
  command->footer(
      "Examples:\n"
      "  sigrun check rules/\n"
      "  sigrun check -p sysmon --vars values.yml rules/windows\n"
      "  sigrun check --format ndjson rules/ | jq 'select(.kind == \"problem\")'\n"
      "\n"
      "Exit status: 0 nothing to report; 1 warnings only; 2 a rule could not be loaded; 3 usage or "
      "configuration.");
  command->callback([arguments, &exit_code] { exit_code = run_check(*arguments); });
}

}  // namespace sigrun::cli
