// Finds what an event is tried against: the log source table that recognises it, and the gates of that table's entries that
// apply.
//
// Tables are recognised by few fields, and most events have been seen before as far as those go: what was found out is kept
// by the values of these fields (by the presence alone, where nothing else is asked), in a table of fixed size.
//
// Order of calls: find() after Evaluator::start() for the same event. Threads: one at a time; plan and index are shared and must
// outlive it. The result lives until the next find().
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "match/candidate_index.h"
#include "match/evaluator.h"
#include "plan/plan.h"

namespace sigrun {

struct Route {
  const View* view = nullptr;  // null: the open view
  std::vector<uint32_t> gates;
};

class Router {
 public:
  Router(const Plan& plan, const CandidateIndex& index);
  const Route& find(SlotTable& table, Evaluator& evaluator);

 private:
  enum class Asked : uint8_t { nothing, presence, value };
  struct Known {
    std::string key;
    Route route;
  };

  void ask(NodeId node);
  bool describe(SlotTable& table);
  void evaluate(Evaluator& evaluator, Route& route) const;

  const Plan& plan_;
  const CandidateIndex& index_;
  std::vector<Asked> asked_;  // by slot
  bool memorable_ = true;
  std::string key_;
  std::vector<Known> known_;  // by hash: a newcomer takes the place of what was there
  Route unknown_;
};

}  // namespace sigrun
