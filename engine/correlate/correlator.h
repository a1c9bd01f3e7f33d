// The correlation stage: occurrences in, firings out, in event time and bounded memory.
//
// docs/decisions/2026-11-23-correlating.md says what fires when. State is kept in shards by a hash of (correlation, key); a shard is
// worked on by one thread at a time. Occurrences come in batches in input order; what a batch brings is the same for any number of
// threads.
//
// Order of calls: construct; take() with batches; close() at the end of the inputs or of a segment of them; after close() the
// next take() begins anew. Saving and restore() between calls. Threads: one at a time; `for_each` may use more inside.
// The plan must outlive it. It never prints; counters() tell what was left out.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/correlation_counters.h"
#include "correlate/correlation_plan.h"
#include "correlate/firing.h"
#include "correlate/occurrence.h"
#include "correlate/saved_plan.h"
#include "correlate/score.h"
#include "support/for_each.h"
#include "support/limits.h"

namespace sigrun {

struct CorrelatorOptions {
  // Looked at when a batch is done: groups of shards that have more than their 256th part are evicted until the whole has no more than this.
  size_t state_bytes = 256 << 20;    // of all correlations together
  size_t rule_bytes = 64 << 20;      // of one correlation
  size_t evidence_bytes = 32 << 20;  // of the events kept to be shown
  // Shards depend on it: the same seed evicts the same groups. Hosts that serve strangers draw one and keep it with the state.
  uint64_t seed = 0x5167'7275'6e00'0001;
};

class Correlator {
 public:
  Correlator(const CorrelationPlan& plan, const CorrelatorOptions& options, const Limits& limits,
             ForEach for_each = {});
  ~Correlator();

  // Adds what fired to `firings`: first what the batch's occurrences fired, in their order; then what the watermark brought, by time.
  // `watermark`: no on-time occurrence older than it will come.
  void take(const OccurrenceBatch& batch, int64_t watermark, std::vector<Firing>& firings);
  // Nothing more will come: settles everything, adds what fired, forgets all groups.
  void close(std::vector<Firing>& firings);

  // From now on every score goes there, in the order of take()'s occurrences; null: nowhere.
  void keep_scores(std::vector<Score>* scores);

  const CorrelationCounters& counters() const;

  // A consistent cut of all state, taken while the stream goes on: begin_save() marks the moment, and each shard is handed to `sink` as it was then, before
  // anything changes it, by the take() that needs it or by save_more(). A shard waits for its own bytes only.
  // `sink` is called by one thread at a time, with bytes that it may not keep; until saving() is false again.
  using Sink = std::function<void(std::string_view section)>;
  void begin_save(Sink sink);
  // Hands over up to `shards` more of them; false when all are.
  bool save_more(size_t shards);
  bool saving() const;
  // What is not handed over yet is not: `sink` is called no more.
  void end_save();
  // What the sections of that moment are to be read by: the correlations, and the rules that they count. Right before begin_save().
  std::string save_plan() const;

  // Back, before any take(): the plan, then each section once, then end_restore(). The plan of now may be another one: saved_plan.h says what goes over.
  // False: it is damaged, or no part of the same state; then forget() is due.
  bool restore_plan(std::string_view saved);
  bool restore(std::string_view section);
  // False: sections are missing. `changes`: what did not just go on. `now`: the wall clock, where the state knows no event time.
  bool end_restore(int64_t now, std::vector<CorrelationChange>& changes);
  // As if nothing had been restored.
  void forget();
  // What a source of the saved state is by now; SavedPlan::no_source: nothing.
  SourceId source_of(SourceId saved) const;
  // An occurrence of `source` that was counted before rules changed, and was held back until now, is at `time`.
  void add_from_before(SourceId source, int64_t time);
  // Of a correlator that is to be restored: the seed that it was made with (its sections hold it).
  static std::optional<uint64_t> seed_of(std::string_view section);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sigrun
