// The engine as a whole: rules, tables and pipelines in; events in; alerts out.
//
// Order of calls: Engine::load once (any number of engines may live side by side), then evaluate() with a Scratch per
// thread. An Engine is immutable after loading and may be used by any number of threads; a Scratch by one at a time.
// It never prints and never exits. scan.h runs whole inputs through it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert/alert.h"
#include "correlate/correlation_plan.h"
#include "correlate/occurrence.h"
#include "event/event_batch.h"
#include "event/host_record.h"
#include "event/timestamp.h"
#include "load_options.h"
#include "match/rule_cost.h"
#include "sigma/rule.h"
#include "support/diagnostic.h"
#include "support/limits.h"
#include "time/event_time.h"

namespace sigrun {

class RuleCache;

// Every event has exactly one outcome: in = processed + degraded + rejected + dropped.
struct Counters {
  uint64_t in = 0, processed = 0, degraded = 0, rejected = 0, dropped = 0;
  uint64_t unrecognised = 0;  // of those matched: no table knew them
  uint64_t bytes = 0;
  // Rules stopped on one event, so that whether they match it is unknown; the event is degraded.
  uint64_t rules_over_budget = 0;
  EnvelopeFields envelope_fields;
  std::array<uint64_t, 6> alerts_by_level{};  // by sigma::Level
  // The commonest sets of top-level keys among them: 256 at most, kept by the space-saving rule (Metwally et al.,
  // "Efficient Computation of Frequent and Top-k Elements in Data Streams", 2005), so a count may be too high by the smallest one.
  std::map<std::string, uint64_t, std::less<>> unrecognised_keys;
  void count_unrecognised(std::string_view keys, uint64_t count);
  uint64_t alerts() const;
  void add(const Counters& other);
  bool balanced() const { return in == processed + degraded + rejected + dropped; }
};

// What correlations need of the events of a batch (correlation_stage.h). Filled by evaluate_some(); views the batch.
struct EventOccurrences {
  std::vector<EventStamp> stamps;        // of each event that was matched, in order
  OccurrenceBatch batch;                 // their times are those of the stamps, 0 where there is none
  std::vector<uint32_t> event_of_place;  // by place of the batch: which of the stamps

  void clear() { stamps.clear(), batch.clear(), event_of_place.clear(); }
};

// How the engine takes the time of an event; for whoever makes events up.
struct TimeOfEvent {
  std::string problem;          // why the text is not one event; then nothing else is told
  std::string table;            // the log source table that recognises it; empty: none
  std::string field;            // where its time is looked for first
  std::optional<int64_t> time;  // nanoseconds since 1970 UTC, where it tells
};

class Engine {
 public:
  class Scratch;  // per-thread working memory
  struct ScratchDeleter {
    void operator()(Scratch*) const;
  };
  using ScratchPointer = std::unique_ptr<Scratch, ScratchDeleter>;

  // Null, with report.fatal set, when the options cannot be followed. An engine without rules is an engine: see report.loaded. Rules that cannot be loaded are in the report; the others
  // are loaded.
  // With a `cache` that earlier loads were given, files that have not changed since the last one are not parsed again; the engine and
  // the report are the same but for LoadReport::unchanged_files.
  static std::unique_ptr<Engine> load(const LoadOptions& options, LoadReport& report,
                                      RuleCache* cache = nullptr);
  ~Engine();

  // The scratch must die before the engine. Events with a time outside `range` are dropped unmatched.
  ScratchPointer make_scratch(TimeRange range = {}) const;

  // For events that come from a live source, one by one, and not from a file: where they stand makes no part of their alerts' ids, so that
  // a source that repeats itself repeats them. `hits`, where not null, has a counter for each of rules() and outlives the scratch: how often each
  // matched, silent ones too.
  ScratchPointer make_live_scratch(std::atomic<uint64_t>* hits) const;
  // From the next event on, the time of those that tell none.
  void set_received(Scratch& scratch, std::optional<int64_t> time) const;

  // Lets go of what the scratch remembers of the events that it has seen. Changes no result; a measurement that goes over the same
  // events again and again begins each pass with it.
  void forget(Scratch& scratch) const;

  // Runs every event of a batch. Appends alerts, which point into the batch and `input`, in input order and adds to `counters` (rejections of the batch included).
  // A rule that is stopped for its budget raises one alert of the kind health for each scratch; the counters leave
  // such alerts out.
  // `input` names the source in alerts. Events that were framed but could not be followed are rejected too: `rejected`, where given,
  // receives why.
  void evaluate(const EventBatch& batch, std::string_view input, Scratch& scratch, std::vector<Alert>& alerts,
                Counters& counters, std::vector<Rejection>* rejected = nullptr) const;
  // The same from event `first` of the batch on, until its alerts take about `alert_bytes` of memory: a small event may
  // fire every rule. Returns the first event that is left; the batch's rejections are counted with event 0.
  size_t evaluate_some(const EventBatch& batch, size_t first, size_t alert_bytes, std::string_view input,
                       Scratch& scratch, std::vector<Alert>& alerts, Counters& counters,
                       std::vector<Rejection>* rejected, EventOccurrences* occurrences = nullptr) const;
  // One event that is msgpack, or names and values. Alerts show it as JSON; what they and the occurrences point to lives until the
  // scratch's next event. `problem`: why it was rejected.
  void evaluate_record(const HostRecord& record, std::string_view input, Scratch& scratch,
                       std::vector<Alert>& alerts, Counters& counters, std::string& problem,
                       EventOccurrences* occurrences = nullptr) const;

  // The time of the first event in a text that begins with one, or in the middle of an array of them; and how late events of its kind may come.
  EventStamp first_stamp(std::string_view text, Scratch& scratch) const;
  // Of a text that is one event and nothing else. No rule is run.
  TimeOfEvent time_of_event(std::string_view text, Scratch& scratch) const;

  // Adds what the rules cost that were run with this scratch.
  void add_costs(const Scratch& scratch, RuleCosts& costs) const;

  const std::vector<std::shared_ptr<const RuleInfo>>& rules() const;
  // Correlations, and what alerts say of them, in the plan's order. EventOccurrences matter where the plan is not empty.
  const CorrelationPlan& correlations() const;
  const std::vector<CorrelationInfo>& correlation_rules() const;
  const std::vector<std::shared_ptr<const RuleInfo>>& sources() const;  // by SourceId: rules, then correlations
  // The `tests:` block and regression path of each rule, same order as rules().
  const sigma::YamlNode& rule_tests(size_t rule) const;
  const std::string& regression_tests_path(size_t rule) const;
  // Of each correlation, same order as correlation_rules().
  const sigma::YamlNode& correlation_tests(size_t correlation) const;
  // Envelope paths of the tables: for EventReader.
  const std::vector<std::string>& envelopes() const;
  const Limits& limits() const;

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace sigrun
