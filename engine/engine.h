// The engine as a whole: rules, tables and pipelines in; events in; alerts out.
//
// Order of calls: Engine::load once (any number of engines may live side by side), then evaluate() with a Scratch per
// thread. An Engine is immutable after loading and may be used by any number of threads; a Scratch by one at a time.
// It never prints and never exits. pipeline.h runs whole inputs through it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert/alert.h"
#include "event/event_batch.h"
#include "sigma/rule.h"
#include "support/diagnostic.h"
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

struct RuleSelection {
  sigma::Level min_level = sigma::Level::none;
  sigma::Status min_status = sigma::Status::none;
  // Each is a rule id, a tag ("attack.t1059" or "attack.*") or a glob over the rule's file path; a rule is taken if any
  // select matches (or none is given) and no exclude does.
  std::vector<std::string> select, exclude;
};

struct LoadOptions {
  std::vector<std::string> rule_paths;      // files or folders
  std::vector<std::string> pipelines;       // shipped names ("sysmon") or paths
  std::string vars_path;                    // placeholder values; empty: none
  std::string taxonomy_path;                // folder of tables; empty with use_taxonomy: the shipped one
  bool use_taxonomy = true;
  LogSourceMode logsource;
  RuleSelection selection;
  Limits limits;
};

struct LoadReport {
  std::vector<Diagnostic> diagnostics;      // in order of files and lines
  size_t files = 0;
  size_t loaded = 0;                        // detection rules in the engine
  size_t refused = 0;                       // rules (documents) with an error
  size_t deselected = 0;                    // left out by RuleSelection
  size_t correlations = 0, filters = 0;
  std::vector<std::string> muted;           // titles of rules silenced because only a correlation refers to them
  std::map<std::string, size_t> per_logsource;            // LogSource::to_string() -> rules
  std::map<std::string, size_t> unknown_logsource;        // those that no table knows
  std::string fatal;                        // why there is no engine at all: unreadable path, bad table, bad pipeline…
  size_t count(Severity severity) const;
};

// Every event has exactly one outcome: in = processed + degraded + rejected + dropped.
struct Counters {
  uint64_t in = 0, processed = 0, degraded = 0, rejected = 0, dropped = 0;
  uint64_t unrecognised = 0;                // of those matched: no table knew them
  uint64_t bytes = 0;
  std::array<uint64_t, 6> alerts_by_level{};  // by sigma::Level
  std::map<std::string, uint64_t> unrecognised_keys;  // commonest sets of top-level keys, bounded
  uint64_t alerts() const;
  void add(const Counters& other);
  bool balanced() const { return in == processed + degraded + rejected + dropped; }
};

class Engine {
 public:
  class Scratch;  // per-thread working memory
  struct ScratchDeleter { void operator()(Scratch*) const; };
  using ScratchPointer = std::unique_ptr<Scratch, ScratchDeleter>;

  // Null, with report.fatal set, when there is nothing to run. Rules that cannot be loaded are in the report; the others
  // are loaded.
  static std::unique_ptr<Engine> load(const LoadOptions& options, LoadReport& report);
  ~Engine();

  ScratchPointer make_scratch() const;

  // Runs every event of a batch. Appends alerts in input order and adds to `counters` (rejections of the batch included).
  // `input` names the source in alerts. Events that were framed but could not be followed are rejected too: `rejected`, where given,
  // receives why.
  void evaluate(const EventBatch& batch, std::string_view input, Scratch& scratch, std::vector<Alert>& alerts, Counters& counters,
                std::vector<Rejection>* rejected = nullptr) const;

  const std::vector<std::shared_ptr<const RuleInfo>>& rules() const;
  // The `tests:` block and regression path of each rule, same order as rules().
  const sigma::YamlNode& rule_tests(size_t rule) const;
  const std::string& regression_tests_path(size_t rule) const;
  // Envelope paths of the tables: for EventReader.
  const std::vector<std::string>& envelopes() const;
  const Limits& limits() const;

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Where the shipped tables and pipelines are: $SIGRUN_SHARE, else the installed folder, else the source tree the
// program was built in.
std::string share_folder();

}  // namespace sigrun
