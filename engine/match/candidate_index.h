// Which rules are worth trying on an event: what the plan's rules cannot match without, arranged by where it is found.
//
//   view ──► gates      groups of programs that the same entries of the view share
//   gate ──► triggers   predicates of its programs' covers (necessary.h), each with the programs that it makes candidates
//   field ─► indexes    finds the triggers that a value satisfies: equality by hash, literals in one pass over the value
//
// A program without a cover is tried on every event of its gate. The index only proposes: whether a rule matches is decided by
// its program, so a trigger that fires in vain costs time and nothing else; one that failed to fire would lose a match.
//
// Built once from a plan, immutable, shared by all threads; the plan must outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "match/evaluation_plan.h"
#include "match/raw_filter.h"
#include "match/value_index.h"
#include "plan/plan.h"
#include "support/for_each.h"

namespace sigrun {

using TriggerId = uint32_t;

struct Trigger {
  PredicateId predicate = no_id;
  uint32_t first = 0, last = 0;  // into CandidateIndex::programs
};

// The triggers on one field.
struct FieldTriggers {
  FieldId field = no_id;
  ValueIndex values;                 // subjects are triggers
  std::vector<TriggerId> unindexed;  // evaluated wherever the field is present
};

// The triggers on all texts and numbers of the event.
struct KeywordTriggers {
  std::vector<TriggerId> triggers;
  // Each of them is true only where one of its literals is in the event; none where that is not known of one.
  std::optional<std::vector<RawFilter::Literal>> literals;  // by trigger
};

struct Gate {
  std::vector<FieldTriggers> fields;
  KeywordTriggers keywords;
  std::vector<ProgramId> always;
  std::vector<bool> wanted;  // by slot: a program of the gate tests it
};

struct ViewGates {
  struct Entry {
    NodeId when = no_id;
    std::vector<uint32_t> gates;
  };
  std::vector<Entry> entries;
};

void one_by_one(size_t count, const std::function<void(size_t)>& visit);

struct CandidateIndex {
  explicit CandidateIndex(const Plan& plan, const ForEach& for_each = one_by_one,
                          LiteralSearch search = LiteralSearch::automatic);

  LiteralAutomata automata;  // of the gates' indexes
  EvaluationPlan evaluation;
  std::vector<Trigger> triggers;
  std::vector<ProgramId> programs;
  std::vector<Gate> gates;
  std::vector<ViewGates> views;  // as in the plan
  uint32_t open_gate = 0;
  // Of the open view, programs without a cover that are tried where the event has a field of theirs: OpenView::by_slot.
  std::vector<std::vector<ProgramId>> open_by_slot;
};

}  // namespace sigrun
