// What a person chooses before rules are loaded, and what loading tells them.
//
// Plain values, filled by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "match/literal_search.h"
#include "plan/time_options.h"
#include "sigma/rule.h"
#include "support/cost_clock.h"
#include "support/diagnostic.h"
#include "support/for_each.h"
#include "support/limits.h"

namespace sigrun {

// How events find their rules (docs/taxonomy.md).
struct LogSourceMode {
  enum class Kind : uint8_t {
    automatic,  // by the tables; unrecognised events fail open
    off,        // every rule on every event, field names as written
    fixed,      // every event is of `logsource`; its table's spellings apply
  };
  Kind kind = Kind::automatic;
  sigma::LogSource logsource;
};

// "auto", "off" or "product=…,category=…,service=…"; empty with `error` set.
std::optional<LogSourceMode> parse_logsource_mode(std::string_view text, std::string& error);

struct RuleSelection {
  sigma::Level min_level = sigma::Level::none;
  sigma::Status min_status = sigma::Status::none;
  // Each is a rule id, a tag ("attack.t1059" or "attack.*"), both without regard to case, or a glob over the
  // rule's file path; a rule is taken if any select matches (or none is given) and no exclude does.
  std::vector<std::string> select, exclude;
};

struct LoadOptions {
  std::vector<std::string> rule_paths;  // files or folders
  std::vector<std::string> pipelines;   // shipped names ("sysmon") or paths
  std::string vars_path;                // placeholder values; empty: none
  std::string taxonomy_path;            // file or folder of tables; empty with use_taxonomy: the shipped one
  bool use_taxonomy = true;
  // By path or name: where a configuration names it ("sigrun.yaml:3:7").
  std::map<std::string, std::string> named_at;
  LogSourceMode logsource;
  TimeOptions time;
  RuleSelection selection;
  bool muting = true;  // rules that only correlations refer to raise no alerts; false is for tests of those rules
  LiteralSearch literal_search = LiteralSearch::automatic;
  Limits limits;
  CostClock cost_clock;  // what rules' costs are measured with
  // With a RuleCache: a file of rules that cannot be loaded any more goes on as it was in the last load (LoadReport::kept).
  bool keep_last_good = false;
  // A message about what `path` names and is not there, or cannot be read: with the place that names it, where
  // it is known.
  std::string with_place(const std::string& path, std::string message) const;
  ForEach for_each;      // how loading spreads its work: in_parallel (parallel.h); empty: one after the other
};

// What is kept between events, and where it outlives a run.
struct StateOptions {
  std::string folder;                      // empty: nothing outlives the run
  size_t memory = 256 << 20;               // of all rules' keys and counts
  size_t rule_memory = 64 << 20;           // of one rule's; at most `memory`
  size_t evidence_memory = 32 << 20;       // of the events that alerts show; apart from `memory`
  int64_t snapshot_interval_seconds = 60;  // between two writings of the folder
  bool operator==(const StateOptions&) const = default;
};

// A rule that could not be loaded, for reports that list rules and not messages.
struct RefusedRule {
  std::string file, title;  // the title is empty where it could not be read
  Mark mark;
  std::string errors;  // messages, a line each
};

struct LoadReport {
  std::vector<Diagnostic> diagnostics;  // in order of files and lines
  size_t files = 0;
  size_t unchanged_files = 0;  // of those: known from a RuleCache, and not parsed again
  size_t loaded = 0;                                             // detection rules in the engine
  size_t refused = 0;                                            // rules (documents) with an error
  std::vector<RefusedRule> refused_rules;                        // one for each of `refused`
  std::vector<RefusedRule> kept;                                 // LoadOptions::keep_last_good; not among `refused`
  size_t deselected = 0;                                         // left out by RuleSelection
  std::vector<std::string> unmatched_select, unmatched_exclude;  // of RuleSelection: matched no rule
  size_t correlations = 0, filters = 0;
  std::vector<std::string> muted;  // titles of rules silenced because only a correlation refers to them
  std::vector<std::pair<std::string, Mark>> muted_places;  // the same rules: file and place
  std::map<std::string, size_t> per_logsource;             // LogSource::to_string() -> rules
  std::map<std::string, size_t> unknown_logsource;         // those that no table knows
  std::string fatal;  // why there is no engine at all: unreadable path, bad table, bad pipeline…
  size_t count(Severity severity) const;
};

// By its name: .yml or .yaml, in capitals too (RULE.YML from a file system that has no others).
bool is_yaml_file_name(std::string_view name);

// Where the shipped tables and pipelines are: $SIGRUN_SHARE, else the installed folder, else the source tree the
// program was built in.
std::string share_folder();

}  // namespace sigrun
