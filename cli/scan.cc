// `sigrun scan`: rules over events. Alerts go to standard output or a file, everything else to standard
// error.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "alert/render.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/interruptible_input.h"
#include "cli/load_messages.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/profile.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/summary.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "cli/time_bound.h"
#include "event/input_files.h"
#include "scan.h"
#include "support/json_text.h"

namespace sigrun::cli {
namespace {

struct ScanArguments {
  RuleOptions rules;
  std::vector<std::string> inputs, events, unwrap;
  std::string format, output, scores, from, to, fail_on, profile, state;
  bool strict = false;
  unsigned threads = 0;
};

int usage_error(const std::string& message) {
  say("sigrun scan: " + printable(message));
  return exit_usage;
}

// Where the events come from: what the arguments name, or standard input where it is no terminal.
bool resolve_inputs(const ScanArguments& arguments, std::vector<std::string>& paths, bool& complete) {
  std::vector<std::string> names = arguments.inputs;
  if (names.empty()) {
    if (is_terminal(STDIN_FILENO)) {
      usage_error("no events: name files or folders, give one with -e, or pipe them in");
      return false;
    }
    names.push_back("-");
  }
  for (const std::string& name : names) {
    if (is_yaml_file_name(name))
      say("sigrun scan: " + printable(name) + ": looks like a rule; write -r before each");
  }
  InputFiles found = find_input_files(names);
  for (const std::string& error : found.errors) say("sigrun scan: " + printable(error));
  if (!found.skipped.empty()) {
    say(fmt::format("sigrun scan: {} of these folders not read, going by the name: {}{}",
                    counted(found.skipped.size(), "file"), printable(found.skipped.front()),
                    found.skipped.size() > 1 ? ", …" : ""));
  }
  for (const std::string& what : found.not_followed) say("sigrun scan: not read: " + printable(what));
  complete = found.errors.empty();
  paths = std::move(found.paths);
  return !paths.empty();
}

// Alerts of rules without a level count as informational, here and for a gate: they should not get lost unseen.
sigma::Level level_of(const Alert& alert) { return std::max(alert.rule->level, sigma::Level::informational); }

// Writes alerts as they come, keeping the progress line out of the way. Detections below `least` are only counted.
class AlertWriter {
 public:
  AlertWriter(Output& output, bool as_table, sigma::Level least, Progress& progress)
      : output_(output),
        progress_(progress),
        least_(least),
        live_(is_terminal(output.descriptor())),
        table_(terminal_width(output.descriptor()), wants_colour(output.descriptor())),
        as_table_(as_table) {}

  void write(const Alert& alert) {
    if (alert.kind != AlertKind::health && level_of(alert) < least_) {
      ++unwritten_;
      return;
    }
    line_.clear();
    if (as_table_)
      line_ = (any_ ? "" : table_.header()) + table_.row(alert);
    else
      render_ndjson(alert, line_);
    any_ = true;
    if (live_) progress_.clear();
    if (!output_.write(line_) || (live_ && !output_.flush())) stop_flag().store(true);
  }
  // Between batches: a reader behind a pipe sees what was found so far.
  void flush() {
    if (!output_.flush()) stop_flag().store(true);
  }
  bool wrote_anything() const { return any_; }
  UnwrittenAlerts unwritten() const { return {unwritten_, least_}; }

 private:
  Output& output_;
  Progress& progress_;
  sigma::Level least_;
  uint64_t unwritten_ = 0;
  bool live_;
  AlertTable table_;
  bool as_table_;
  bool any_ = false;
  std::string line_;
};

bool reaches(const Counters& counters, sigma::Level level) {
  size_t from = static_cast<size_t>(level);
  if (level == sigma::Level::informational) from = 0;
  return std::any_of(counters.alerts_by_level.begin() + static_cast<ptrdiff_t>(from),
                     counters.alerts_by_level.end(), [](uint64_t count) { return count > 0; });
}

// A wrong file, most likely: silence would pass for "nothing found".
bool nothing_readable(const Counters& counters) {
  return counters.in > 0 && counters.in == counters.rejected;
}

int final_status(const ScanArguments& arguments, const ScanResult& result, bool inputs_complete) {
  if (const int signal = stop_signal()) return 128 + signal;
  if (!inputs_complete || result.input_errors > 0 || result.state_failed || nothing_readable(result.counters))
    return exit_usage;
  if (!arguments.fail_on.empty() && reaches(result.counters, sigma::parse_level(arguments.fail_on).value())) {
    return exit_findings;
  }
  return exit_done;
}

// What the command line says of the output goes over what the configuration does.
OutputOptions output_options(const ScanArguments& arguments, OutputOptions output) {
  using Format = OutputOptions::Format;
  if (!arguments.output.empty()) output.file = arguments.output;
  if (!arguments.format.empty()) output.format = arguments.format == "table" ? Format::table : Format::ndjson;
  return output;
}

bool takes_shipped_rules(LoadOptions& load) {
  load.rule_paths = shipped_rule_paths();
  if (load.rule_paths.empty()) {
    usage_error("no rules: name them with -r (none are in " + share_folder() + "/rules)");
    return false;
  }
  say("sigrun scan: no -r given, taking the shipped rules of " + printable(share_folder()) + "/rules");
  return true;
}

// Alerts must not be written over what the scan reads.
bool is_free(const std::string& file, const std::vector<std::string>& inputs,
             const std::string& configuration, const LoadOptions& load) {
  for (const std::string& input : inputs) {
    if (same_file(input, file)) {
      usage_error((input == "-" ? "standard input" : input) +
                  ": is an input and cannot be the output as well");
      return false;
    }
  }
  std::vector<std::string> others = {configuration, load.vars_path, load.taxonomy_path};
  others.insert(others.end(), load.rule_paths.begin(), load.rule_paths.end());
  others.insert(others.end(), load.pipelines.begin(), load.pipelines.end());
  for (const std::string& path : others) {
    if (!path.empty() && same_file(path, file)) {
      usage_error(path + ": is what the rules come from and cannot be the output");
      return false;
    }
  }
  return true;
}

// Of an event; a bucket that was over has no place among them.
void write_score(const Score& score, const Engine& engine, Output& to) {
  if (score.line == 0) return;
  std::string line = fmt::format(R"({{"index":{},"score":{},"natural":{},"rule":)", score.line - 1,
                                 score.score, score.natural);
  append_json_string(engine.correlation_rules()[score.correlation].rule->id, line);
  to.write(line + "}\n");
}

int run_scan(const ScanArguments& arguments) {
  auto configuration = configure(arguments.rules, "sigrun scan");
  if (!configuration) return exit_usage;
  LoadOptions& load = configuration->load;
  const OutputOptions wanted = output_options(arguments, configuration->output);

  ScanOptions options;
  options.threads = arguments.threads;
  options.unwrap = arguments.unwrap;
  options.state.folder = arguments.state.empty() ? configuration->state.folder : arguments.state;
  options.state.started = std::chrono::duration_cast<std::chrono::nanoseconds>(
                              std::chrono::system_clock::now().time_since_epoch())
                              .count();
  options.state.snapshot_seconds = static_cast<double>(configuration->state.snapshot_interval_seconds);
  options.correlation.state_bytes = configuration->state.memory;
  options.correlation.rule_bytes = configuration->state.rule_memory;
  options.correlation.evidence_bytes = configuration->state.evidence_memory;
  if (!arguments.from.empty()) options.time.from = parse_time_bound(arguments.from, Bound::from).value();
  if (!arguments.to.empty()) options.time.to = parse_time_bound(arguments.to, Bound::to).value();
  if (options.time.from && options.time.to && *options.time.from > *options.time.to) {
    return usage_error("--from " + arguments.from + " is later than --to " + arguments.to);
  }

  std::vector<std::string> inputs;
  bool inputs_complete = true;
  if (arguments.events.empty() && !resolve_inputs(arguments, inputs, inputs_complete)) return exit_usage;

  if (load.rule_paths.empty() && !takes_shipped_rules(load)) return exit_usage;
  LoadReport report;
  const auto engine = Engine::load(load, report);
  report_refused(report);
  report_unmatched(report, "sigrun scan");
  if (int status = exit_done; !has_rules(engine.get(), report, "sigrun scan", status, load.selection))
    return status;
  if (arguments.strict && report.refused > 0) {
    say(fmt::format("sigrun scan: {} refused, and --strict was given: nothing was scanned",
                    counted(report.refused, "rule")));
    return exit_rules;
  }

  Output output;
  if (!wanted.file.empty()) {
    if (!is_free(wanted.file, inputs, arguments.rules.config, load)) return exit_usage;
    if (!output.open(wanted.file, !options.state.folder.empty())) return usage_error(output.error());
  }
  Output scores;
  if (!arguments.scores.empty()) {
    if (!is_free(arguments.scores, inputs, arguments.rules.config, load)) return exit_usage;
    if (!wanted.file.empty() && same_file(wanted.file, arguments.scores))
      return usage_error(arguments.scores + ": is the output and cannot take the scores as well");
    if (!scores.open(arguments.scores)) return usage_error(scores.error());
  }
  const bool as_table = wanted.format == OutputOptions::Format::automatic
                            ? is_terminal(output.descriptor())
                            : wanted.format == OutputOptions::Format::table;
  Progress progress(is_terminal(STDERR_FILENO));
  AlertWriter writer(output, as_table, wanted.min_level, progress);

  ScanObserver observer;
  observer.alert = [&](const Alert& alert) { writer.write(alert); };
  observer.flush = [&] { return output.flush() && (arguments.scores.empty() || scores.flush()); };
  if (!arguments.scores.empty()) observer.score = [&](const Score& score) { write_score(score, *engine, scores); };
  observer.state = [&](const std::string& message) {
    progress.clear();
    say("sigrun scan: " + printable(message));
  };
  observer.rejected = [&](const std::string& input, const Rejection& rejection) {
    progress.clear();
    say(fmt::format("{}:{}: rejected: {} (offset {})", printable(input), rejection.line,
                    printable(rejection.reason), rejection.offset));
  };
  observer.input_error = [&](const std::string& input, const std::string& message) {
    progress.clear();
    const bool named = message.find(input) != std::string::npos;
    say("sigrun scan: " + printable(named ? message : input + ": " + message));
  };
  observer.progress = [&](uint64_t consumed, uint64_t total, uint64_t events, uint64_t alerts) {
    writer.flush();
    progress.update(consumed, total, events, alerts);
  };

  const auto started = std::chrono::steady_clock::now();
  ScanResult result;
  if (arguments.events.empty()) {
    std::optional<InterruptibleInput> standard_input;
    if (std::find(inputs.begin(), inputs.end(), "-") != inputs.end()) standard_input.emplace();
    result = scan(*engine, inputs, options, observer, &stop_flag());
  } else {
    std::string text;
    for (const std::string& event : arguments.events) text += event + "\n";
    result = scan_text(*engine, text, "-e", options, observer);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  progress.clear();

  if (!arguments.scores.empty() && !scores.close()) return usage_error(scores.error());
  if (!output.close() && !output.broken_pipe()) return usage_error(output.error());
  // A reader that went away has seen enough; it wants no summary either.
  if (!output.broken_pipe()) {
    if (as_table && wanted.file.empty() && writer.wrote_anything()) say("");
    say(format_summary(report, result, seconds, writer.unwritten()));
    if (!arguments.profile.empty()) {
      say("");
      say(format_profile(result.costs, engine->rules(), parse_profile_rows(arguments.profile).value(),
                         terminal_width(STDERR_FILENO)));
    }
    if (nothing_readable(result.counters)) {
      say("sigrun scan: no JSON found: every event was rejected; sigrun reads JSON objects, one to a line or "
          "otherwise, also .gz and .zst");
    }
  }
  return final_status(arguments, result, inputs_complete);
}

std::string check_time(const std::string& text) {
  return parse_time_bound(text, Bound::from)
             ? std::string()
             : "\"" + text + "\" is no time; write 2026-11-20, 2026-11-20T09:30 or 2026-11-20T09:30:00+01:00";
}

}  // namespace

void add_scan_command(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<ScanArguments>();
  auto* command = app.add_subcommand("scan", "Run rules over events and print alerts");
  add_rule_options(*command, arguments->rules);
  add_repeatable(*command, "--unwrap", arguments->unwrap,
                 "Events stand inside this key of each object (Records,\nhits.hits._source); repeatable")
      ->type_name("PATH");
  auto* event = add_repeatable(*command, "-e,--event", arguments->events,
                               "Scan this event instead of files; repeatable")
                    ->type_name("JSON");
  command->add_option("--from", arguments->from, "Only events of this time and later")
      ->check(check_time)
      ->type_name("TIME");
  command->add_option("--to", arguments->to, "Only events of this time and earlier")
      ->check(check_time)
      ->type_name("TIME");
  command
      ->add_option("--format", arguments->format,
                   "table: for people; ndjson: one JSON object per alert.\n"
                   "Without it: a table on a terminal, else ndjson")
      ->check(CLI::IsMember({"table", "ndjson"}))
      ->type_name("FORMAT");
  command->add_option("-o,--output", arguments->output, "Write alerts to this file")->type_name("FILE");
  command
      ->add_option("--scores", arguments->scores,
                   "Write how unusual analytics held each event to be, alert or\n"
                   "none: {\"index\": line from 0, \"score\": 0 to 100, \"natural\": in\n"
                   "its own unit, \"rule\": id}")
      ->type_name("FILE");
  command
      ->add_option("--fail-on", arguments->fail_on, "Exit with status 1 if an alert has at least this level")
      ->check(check_level)
      ->type_name("LEVEL");
  // A flag with a value: `--profile logs/` names an input.
  command
      ->add_flag("--profile{20}", arguments->profile,
                 "After the summary, list the rules that took most time:\n"
                 "20 of them, with --profile=N so many, with =all all")
      ->check([](const std::string& text) {
        return parse_profile_rows(text) ? std::string()
                                        : "\"" + text + "\" is no number of rules; write 20, or all";
      });
  command->add_option("--state", arguments->state,
                      "Keep in this folder what correlations have counted and how\n"
                      "far files were read; the next scan goes on from there, and\n"
                      "-o adds to its file")
      ->type_name("DIR");
  command->add_flag("--strict", arguments->strict, "Scan nothing if any rule cannot be loaded (status 2)");
  command->add_option("-j,--threads", arguments->threads, "Threads; 0: as many as the machine has")
      ->check(CLI::Range(0u, 1024u))
      ->type_name("N");
  command
      ->add_option("events", arguments->inputs,
                   "Event files, folders or globs: NDJSON, JSON arrays,\n"
                   "{\"Records\":[…]}, also .gz and .zst; -: standard input")
      ->type_name("EVENTS")
      ->excludes(event);
  command->footer(
      "Examples:\n"
      "  sigrun scan logs/                                      shipped rules, every event file below logs/\n"
      "  sigrun scan -r rules/windows -p sysmon sysmon.json.gz  your rules, prepared by a pipeline\n"
      "  tail -F audit.log | sigrun scan -r rules/ -            events from a pipe\n"
      "  sigrun scan -r one.yml -e '{\"Image\":\"C:\\\\evil.exe\"}'   does this event fire that rule?\n"
      "  sigrun scan -r rules/ --fail-on high logs/ >alerts.ndjson\n"
      "  sigrun scan -r rules/ --state state/ -o alerts.ndjson logs/   only what is new since last time\n"
      "  sigrun scan -r rules/ --profile=5 logs/ >/dev/null     which five rules take most time?\n"
      "\n"
      "Exit status: 0 done; 1 an alert reached --fail-on; 2 no rule could be loaded, or --strict and one\n"
      "could not; 3 usage, configuration, unreadable input (or nothing but rejected events), unwritable\n"
      "output; 130 interrupted.");
  command->callback([arguments, &exit_code] { exit_code = run_scan(*arguments); });
}

}  // namespace sigrun::cli
