// Matches one event at a time: walk, route, find candidates (candidate_index.h), evaluate those.
//
// Order of calls: match(), or read() and evaluate(); then time(), own_id(), outcome(), explain() about the same event, whose bytes must live as
// long; then the next event. Threads: one at a time; any number of matchers share a plan and its index, which must outlive them.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/event_walker.h"
#include "event/slot_table.h"
#include "match/candidate_index.h"
#include "match/evaluator.h"
#include "match/match_reason.h"
#include "match/router.h"
#include "match/rule_cost.h"
#include "match/value_memory.h"
#include "plan/plan.h"
#include "support/limits.h"
#include "support/zeroed_array.h"

namespace sigrun {

struct Hit {
  RuleIndex rule;
  ProgramId program;
};

class Matcher {
 public:
  Matcher(const Plan& plan, const CandidateIndex& index, const Limits& limits, CostClock clock = CostClock());

  // Takes the event's wanted values and finds its view. `event` must be followed by event_padding bytes; `tokens` as for JsonWalker::walk. On Outcome::broken nothing
  // can be evaluated: problem() says why.
  JsonWalker::Outcome read(std::string_view event, std::span<const uint32_t> tokens = {});
  // The same in the other forms; nothing is required of what lies behind them.
  JsonWalker::Outcome read_msgpack(std::string_view event);
  JsonWalker::Outcome read_pairs(std::span<const NamedValue> pairs);
  // Fills `hits` (cleared first), in the order of rules, each rule once.
  void evaluate(std::vector<Hit>& hits);
  // Both; the outcome that counts.
  JsonWalker::Outcome match(std::string_view event, std::vector<Hit>& hits);
  // After evaluate(): keywords may have met a value that could not be decoded.
  JsonWalker::Outcome outcome() const { return walker_.outcome(); }

  // Of automatic routing: no table recognised the event.
  bool unrecognised() const { return route_->view == nullptr && plan_.automatic; }
  // Nanoseconds since 1970 UTC, where the event tells.
  std::optional<int64_t> time();
  // How long after its time an event of this kind may arrive.
  int64_t lateness_seconds() const {
    return route_->view ? route_->view->lateness_seconds : plan_.open.lateness_seconds;
  }
  // The table that recognised the event; null: none.
  const View* view() const { return route_->view; }
  // The event's own id, where its table names one and it is there. Valid until the next call.
  std::string_view own_id();
  // Tells the values of the `i`-th captured field of the hit's rule (PlanInput::captured) as texts, valid until the next event.
  template <class Visit>
  void captured_values(const Hit& hit, size_t i, Visit&& visit) {
    const SlotId slot =
        evaluator_.present_slot(plan_.captured[plan_.programs[hit.program].captured + i]);
    if (slot == no_id) return;
    table_.any_value(slot, [&](EventValue& value) {
      if (SlotTable::has_text(value)) visit(table_.text(value));
      return false;
    });
  }
  // Adds why. The values are views of the event's bytes or, where there is one, of its repaired() copy.
  void explain(const Hit& hit, std::vector<Match>& matches) {
    evaluator_.explain(plan_.programs[hit.program].root, plan_.rules[hit.rule], matches);
  }
  // A copy of the event with ill-formed UTF-8 replaced; null where there was none.
  std::shared_ptr<const std::string> repaired() { return walker_.repaired(); }
  // The event as JSON, where it was not JSON text.
  void write_json(std::string& out) const { walker_.write_json(out); }
  std::string_view top_level_keys() { return walker_.top_level_keys(); }
  const std::string& problem() const { return walker_.problem(); }
  // Forgets the values of earlier events.
  void forget() { memory_.forget(); }
  // By rule, of all events so far.
  std::vector<RuleCost> costs() const;
  // Rules that were stopped on the event, each once: whether they match it is unknown, and its outcome is degraded.
  const std::vector<RuleIndex>& over_budget() const { return over_budget_; }

 private:
  // How often a trigger was tested or a program tried, and how long that took.
  struct Tries {
    uint64_t count = 0;
    uint64_t failed = 0;  // of triggers' tests only
    uint64_t ticks = 0;
  };
  struct ProgramState {
    uint64_t event = 0;  // the last one that it was tried on
    Tries tries;
    uint32_t flat = FlatConditions::unmade;
  };

  void begin_event();
  JsonWalker::Outcome route(JsonWalker::Outcome outcome);
  void check_wanted();
  // Whether the event's bytes tell which keywords it may have; those are added.
  bool judges_keywords(std::vector<uint32_t>& maybe);
  void match_open(std::vector<Hit>& hits);
  void match_routed(std::vector<Hit>& hits);
  void match_value(const RouteField& field, EventValue& value, std::vector<Hit>& hits);
  void fire(TriggerId trigger, bool exact, std::vector<Hit>& hits);
  bool confirm(TriggerId trigger);
  void try_program(ProgramId program, std::vector<Hit>& hits);
  template <class Test>
  bool measure(Tries& tries, Test&& test);
  void give_up(RuleIndex rule) { over_budget_.push_back(rule); }
  static void keep_first_of_each_rule(std::vector<Hit>& hits);
  void settle_over_budget(const std::vector<Hit>& hits);
  // The field's first text; empty where it has none.
  std::string_view field_text(FieldId field);

  const Plan& plan_;
  const CandidateIndex& index_;
  SlotTable table_;
  EventWalker walker_;
  ValueMemory memory_;
  Evaluator evaluator_;
  LiteralScratch literal_scratch_;
  Router router_;
  const Route* route_;  // of the event at hand
  std::vector<uint32_t>
      found_;  // what the value at hand fires: 2 × trigger + whether that is exact; as memory_ is told
  uint64_t event_ = 0;
  uint32_t sample_weight_ = 0;
  std::string own_id_;
  ZeroedArray<uint64_t> triggers_tried_;  // by trigger: the last event that it was tried on
  ZeroedArray<Tries> trigger_tests_;
  ZeroedArray<ProgramState> programs_;
  std::vector<RuleCost> costs_;  // what is known by rule only: hits, and what was given up
  std::vector<RuleIndex> over_budget_;
};

}  // namespace sigrun
