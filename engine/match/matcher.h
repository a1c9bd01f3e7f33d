// Matches one event at a time: walk, route, evaluate. The stage that a faster matcher replaces.
//
// Order of calls: match(), or read() and evaluate(); then time(), own_id(), outcome(), explain() about the same event, whose bytes must live as
// long; then the next event. Threads: one at a time; any number of matchers share a plan, which must outlive them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/json_walker.h"
#include "event/slot_table.h"
#include "match/evaluator.h"
#include "match/match_reason.h"
#include "plan/plan.h"
#include "support/limits.h"

namespace sigrun {

struct Hit {
  RuleIndex rule;
  ProgramId program;
};

class Matcher {
 public:
  Matcher(const Plan& plan, const Limits& limits);

  // Takes the event's wanted values and finds its view. `event` must be followed by event_padding bytes. On Outcome::broken nothing
  // can be evaluated: problem() says why.
  JsonWalker::Outcome read(std::string_view event);
  // Fills `hits` (cleared first), in the order of rules, each rule once.
  void evaluate(std::vector<Hit>& hits);
  // Both; the outcome that counts.
  JsonWalker::Outcome match(std::string_view event, std::vector<Hit>& hits);
  // After evaluate(): keywords may have met a value that could not be decoded.
  JsonWalker::Outcome outcome() const { return walker_.outcome(); }

  // Of automatic routing: no table recognised the event.
  bool unrecognised() const { return view_ == nullptr && plan_.automatic; }
  // Nanoseconds since 1970 UTC, where the event tells.
  std::optional<int64_t> time();
  // The event's own id, where its table names one and it is there.
  std::string own_id();
  void explain(const Hit& hit, std::vector<Match>& matches);
  std::string top_level_keys() const { return walker_.top_level_keys(); }
  const std::string& problem() const { return walker_.problem(); }

 private:
  void match_view(const View& view, std::vector<Hit>& hits);
  void match_open(std::vector<Hit>& hits);
  void try_program(ProgramId program, std::vector<Hit>& hits);
  std::string field_text(FieldId field);

  const Plan& plan_;
  SlotTable table_;
  JsonWalker walker_;
  Evaluator evaluator_;
  const View* view_ = nullptr;
  uint64_t event_ = 0;
  std::vector<uint64_t> tried_;  // by program: the last event it was tried on
  std::vector<uint64_t> fired_;  // by rule: the last event it hit
};

}  // namespace sigrun
