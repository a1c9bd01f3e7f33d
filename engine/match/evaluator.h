// Evaluates the plan's expressions on one event: each distinct predicate at most once.
//
// Order of calls: start() for an event, then holds(), learn() and explain() in any number. Threads: one at a time; the plan is shared.
#pragma once

#include <unordered_map>
#include <vector>

#include "event/json_walker.h"
#include "event/slot_table.h"
#include "match/literal_lists.h"
#include "match/match_reason.h"
#include "plan/plan.h"
#include "support/limits.h"

namespace sigrun {

class Evaluator {
 public:
  Evaluator(const Plan& plan, const LiteralLists& lists, const Limits& limits);

  void start(SlotTable& table, JsonWalker& walker);
  bool holds(NodeId node);
  bool predicate_holds(PredicateId id);
  // The predicate is true of the event: found by an index, it need not be evaluated.
  void learn(PredicateId id) { known_[id] = epoch_ << 1 | 1; }
  // The first spelling of the field that the event has, or no_id.
  SlotId present_slot(FieldId field);
  // The reasons why an expression that holds does: its true tests outside negations.
  void explain(NodeId node, const RulePlan& rule, std::vector<Match>& matches);

  // Visits the values that tests on a field look at: those of its first spelling that is present, and for no_id every text and
  // number of the event. False: an event with so many of those that they are not kept, and were not visited.
  template <class Visit>
  bool for_each_value(FieldId field, Visit&& visit) {
    auto all = [&](EventValue& value) { return visit(value), false; };
    if (field != no_id) {
      if (SlotId slot = present_slot(field); slot != no_id) table_->any_value(slot, all);
      return true;
    }
    if (!keywords_collected_) collect_keyword_values();
    if (keywords_streamed_) return false;
    for (EventValue& value : keyword_values_) visit(value);
    return true;
  }

 private:
  bool evaluate(const Predicate& predicate);
  bool is_listed(const LiteralList& list);
  bool is_null(FieldId field);
  bool is_single(FieldId field);
  bool refers(FieldId field, const FieldReferenceTest& test);
  // Visits every value that the predicate looks at until `visit` returns true.
  template <class Visit>
  bool any_value(FieldId field, Visit&& visit);
  // The same for a keyword: every text and number of the event.
  template <class Visit>
  bool any_keyword_value(PredicateId id, Visit&& visit);
  void collect_keyword_values();

  const Plan& plan_;
  const LiteralLists& lists_;
  const Limits& limits_;
  SlotTable* table_ = nullptr;
  JsonWalker* walker_ = nullptr;
  uint32_t epoch_ = 0;
  std::vector<uint32_t> known_;  // by predicate: 2 × epoch + result
  // What keywords look at is collected once for an event. One with more values than Limits::values_per_event is walked once
  // for all keywords instead, and only the values that satisfied one are kept: memory stays in proportion to its bytes.
  bool keywords_collected_ = false, keywords_streamed_ = false;
  std::vector<EventValue> keyword_values_;
  std::vector<PredicateId> keyword_predicates_;
  std::unordered_map<PredicateId, EventValue> keyword_hits_;
};

}  // namespace sigrun
