// Which rules are worth trying on an event: what the plan's rules cannot match without, arranged by where it is found.
//
//   view ──► gates      groups of programs that the same entries of the view share
//   gate ──► triggers   predicates of its programs' covers (necessary.h), each with the programs that it makes candidates
//   field ─► indexes    finds the triggers that a value satisfies: equality by hash, literals in one pass over the value
//
// A program without a cover is tried on every event of its gate. The index only proposes: whether a rule matches is decided by
// its program, so a trigger that fires in vain costs time and nothing else; one that failed to fire would lose a match.
//
// Built once from a plan, immutable, shared by all threads; the plan must outlive it. Indexes are made when a value is first looked
// up in them: a stream of events gets to a few of the gates that there are for all kinds of logs. Fields of different gates and
// views that are asked the same share one.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "match/evaluation_plan.h"
#include "match/raw_filter.h"
#include "match/value_index.h"
#include "plan/plan.h"
#include "support/for_each.h"
#include "support/lazily.h"

namespace sigrun {

using TriggerId = uint32_t;

struct Trigger {
  PredicateId predicate = no_id;
  uint32_t first = 0, last = 0;  // into CandidateIndex::programs
};

// The triggers on one field.
struct FieldTriggers {
  FieldId field = no_id;
  // Of those that an index finds, side by side: the index's subjects are their places.
  TriggerId first = 0, last = 0;
  uint32_t index = no_id;            // CandidateIndex::values_of
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

class CandidateIndex {
 public:
  explicit CandidateIndex(const Plan& plan, const ForEach& for_each = one_by_one,
                          LiteralSearch search = LiteralSearch::automatic);

  // What finds the triggers of a field that has any to be found; subjects are places from `first` on.
  const ValueIndex& values_of(const FieldTriggers& field) const {
    return indexes_[field.index].get([&] { return make_index(field, nullptr); });
  }

  LiteralAutomata automata;  // of the gates' indexes
  EvaluationPlan evaluation;
  std::vector<Trigger> triggers;
  std::vector<ProgramId> programs;
  std::vector<Gate> gates;
  std::vector<ViewGates> views;  // as in the plan
  uint32_t open_gate = 0;
  // Of the open view, programs without a cover that are tried where the event has a field of theirs: OpenView::by_slot.
  std::vector<std::vector<ProgramId>> open_by_slot;

 private:
  std::unique_ptr<const ValueIndex> make_index(const FieldTriggers& field, LiteralAutomata* left_to) const;
  void share_indexes();

  const Plan& plan_;
  std::deque<Lazily<ValueIndex>> indexes_;
};

}  // namespace sigrun
