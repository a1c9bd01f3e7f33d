// Evaluates the plan's expressions on one event: each distinct predicate at most once.
//
// Order of calls: start() for an event, then holds(), learn() and explain() in any number. Threads: one at a time; the plan is shared.
#pragma once

#include <vector>

#include "event/event_walker.h"
#include "event/slot_table.h"
#include "match/evaluation_plan.h"
#include "match/flat_conditions.h"
#include "match/match_reason.h"
#include "match/rule_timer.h"
#include "match/value_memory.h"
#include "plan/plan.h"
#include "support/limits.h"
#include "support/zeroed_array.h"

namespace sigrun {

class Evaluator {
 public:
  // What `memory` knows of values is asked by predicate and, behind these, by list: subjects from last_subject() on are free.
  Evaluator(const Plan& plan, const EvaluationPlan& evaluation, const Limits& limits, ValueMemory& memory,
            CostClock clock = CostClock());

  uint32_t last_subject() const { return static_cast<uint32_t>(known_.size() + listed_.size()); }

  void start(SlotTable& table, EventWalker& walker);
  // For whoever evaluates a rule; it leaves out what is searched for all rules at once.
  RuleTimer& timer() { return timer_; }
  const RuleTimer& timer() const { return timer_; }
  bool holds(NodeId node);
  // The same of a condition that is evaluated again and again. `flat` is the caller's to keep for it:
  // FlatConditions::unmade at first.
  bool holds(NodeId node, uint32_t& flat);
  bool predicate_holds(PredicateId id);
  // The predicate is true of the event: found by an index, it need not be evaluated.
  void learn(PredicateId id) { set(id, true); }
  // The first spelling of the field that the event has, or no_id.
  SlotId present_slot(FieldId field);
  // Why an expression that holds does: true tests outside negations, of alternatives the first that holds.
  void explain(NodeId node, const RulePlan& rule, std::vector<Match>& matches);

 private:
  // What has been asked of a field of the event at hand.
  struct FieldState {
    uint32_t epoch = 0;
    uint32_t asked = 0;
    SlotId slot = no_id;  // the first one of the field that the event has
    bool searched = false;
  };

  bool is_true(const Question& question);
  bool text_holds(const Question& question);
  bool evaluate(PredicateId id);
  // Whether it is time to look at the time.
  bool looks_at_time(const Test& test);
  // Whether the rule at hand has none left. Its result counts for nothing then.
  bool is_too_late();
  // A test of one value that is not null, as far as possible from memory.
  template <class Satisfies>
  bool remembered(uint32_t subject, EventValue& value, Satisfies&& satisfies);
  bool is_listed(ListId id);
  // The first test of a list that is true; one must be.
  NodeId first_listed(ListId id);
  // Calls found(place) for tests of the list that are true of the value, each in any number, until it returns true
  // or the rule at hand is stopped.
  template <class Found>
  bool find_listed(ListId id, EventValue& value, Found&& found);
  bool is_null(FieldId field);
  void explain_test(const Node& node, const RulePlan& rule, std::vector<Match>& matches);
  // Whether the value is why a test that holds does.
  bool is_reason(PredicateId id, EventValue& value);
  // The value as alerts tell it.
  EventText told(const EventValue& value) const;
  bool refers(FieldId field, const FieldReferenceTest& test);
  // Visits every value that the predicate looks at until `visit` returns true.
  template <class Visit>
  bool any_value(FieldId field, Visit&& visit);
  FieldState& state_of(FieldId field);
  // Looks all values of the field up in the index of its tests.
  void search(FieldId field, FieldState& state);
  bool keyword_holds(PredicateId id);
  // Looks all texts and numbers of the event up in the index of the keywords: those are known then that it tells, and those are
  // false that it finds and has not found.
  void search_keywords();
  // Evaluates those that are still not known, all in one pass.
  void try_keywords();
  void set(PredicateId id, bool result) { known_[id] = epoch_ << 1 | (result ? 1u : 0u); }

  const Plan& plan_;
  const FieldIndexes& indexes_;
  const TestLists& lists_;
  const std::vector<NodeId>& children_;  // in the order of their evaluation
  FlatConditions flat_;
  const Limits& limits_;
  ValueMemory& memory_;
  RuleTimer timer_;
  SlotTable* table_ = nullptr;
  EventWalker* walker_ = nullptr;
  LiteralScratch no_scratch_;  // the indexes of fields have no automata
  uint32_t epoch_ = 0;
  ZeroedArray<uint32_t> known_;      // by predicate: 2 × epoch + result
  ZeroedArray<uint32_t> announced_;  // by predicate: the epoch in which a search found it possible
  ZeroedArray<uint32_t> listed_;     // by list: the epoch in which a search found it true
  std::vector<FieldState> fields_;
  // By place in a list: the last search for which its test was evaluated.
  std::vector<uint32_t> placed_;
  uint32_t list_search_ = 0;
  struct {
    uint32_t epoch = 0, asked = 0;
    bool searched = false;
  } state_of_keywords_;
  std::vector<PredicateId> maybe_;        // what it has announced
  int32_t unwatched_, regex_weight_ = 1;  // what may be done without looking at the time
};

}  // namespace sigrun
