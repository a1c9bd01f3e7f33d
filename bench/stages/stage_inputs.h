// What the benchmarks of single stages work on: rules and events, read once for all of them.
//
// Public rules and Windows events of $SIGRUN_CORPUS (default ../shared/corpus) where they are, else, after a
// line SKIPPED on standard error, the shipped rules and samples: figures of the two do not compare. Threads:
// one.
#pragma once

#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "event/event_batch.h"
#include "load_options.h"
#include "match/candidate_index.h"
#include "plan/plan.h"
#include "rule_loader.h"
#include "table_loader.h"
#include "support/limits.h"

namespace sigrun::bench {

struct StageInputs {
  LoadOptions options;
  std::vector<sigma::DetectionRule> rules;
  std::vector<sigma::TaxonomyTable> tables;
  std::unique_ptr<const Plan> plan;
  std::unique_ptr<const CandidateIndex> index;
  std::vector<EventBatch> batches;  // about 16 MB of events
  size_t events = 0, bytes = 0;
};

// Ends the process where the rules cannot be loaded.
const StageInputs& stage_inputs();

// For each pass over all events.
void count_events(benchmark::State& state);

// Calls visit(event, tokens) for each event.
template <class Visit>
void for_each_event(Visit&& visit) {
  for (const EventBatch& batch : stage_inputs().batches)
    for (const EventSpan& span : batch.events) visit(batch.event(span), batch.tokens_of(span));
}

// Texts of the events' wanted values as the indexes see them, each followed by event_padding bytes.
const std::vector<std::string>& folded_texts();

}  // namespace sigrun::bench
