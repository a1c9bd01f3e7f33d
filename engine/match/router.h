// Finds what an event is tried against: the log source table that recognises it, and the gates of that table's entries that
// apply.
//
// Most events have been seen before as far as the fields go that tables ask for by equality or presence (channels, event ids,
// providers). What follows from those alone is worked out once, in three-valued logic, and kept by their values in a table of
// fixed size; what depends on other tests (a pattern in a message) stays open and is evaluated for each event.
//
// Order of calls: find() after Evaluator::start() for the same event. Threads: one at a time; plan and index are shared and must
// outlive it. The result lives until the next find().
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "match/candidate_index.h"
#include "match/evaluator.h"
#include "match/raw_filter.h"
#include "plan/plan.h"

namespace sigrun {

// The triggers of all gates of a route on one field.
struct RouteField {
  FieldId field = no_id;
  uint32_t number = 0;  // its own, of all fields of all routes
  bool one_slot = false;
  std::vector<const FieldTriggers*> gates;
};

struct Route {
  const View* view = nullptr;   // null: the open view, whose gate is CandidateIndex::open_gate
  std::vector<uint32_t> gates;  // each once
  std::vector<uint8_t> wanted;  // by slot: a program of the gates tests it
  std::vector<RouteField> fields;
  std::vector<std::pair<uint32_t, uint32_t>> fields_of_slot;  // by slot: a range of what follows
  std::vector<uint32_t> slot_fields;                          // places in `fields`
  std::vector<ProgramId> always;
  // Of the gates: the keywords, and which of them can be true at all.
  std::vector<TriggerId> keywords;
  RawFilter keyword_filter;
};

class Router {
 public:
  Router(const Plan& plan, const CandidateIndex& index);
  const Route& find(SlotTable& table, Evaluator& evaluator);

 private:
  enum class Asked : uint8_t { nothing, presence, value };
  enum class Truth : uint8_t { no, yes, open };
  // A table that recognises the event, or may do so.
  struct Choice {
    bool open = false;             // its `recognise` has to be evaluated
    const Route* route = nullptr;  // with the gates of the entries that apply
    uint32_t first = 0, last = 0;  // of Choices::open_entries
  };
  struct ByGates {
    bool operator()(const Route& a, const Route& b) const {
      return a.view != b.view ? a.view < b.view : a.gates < b.gates;
    }
  };
  struct Choices {
    // In the order of the tables; the last is not open, unless the event may be unrecognised.
    std::vector<Choice> tables;
    std::vector<const ViewGates::Entry*> open_entries;
  };
  struct Known {
    bool taken = false;
    std::string key;
    Choices choices;
  };

  void ask(NodeId node);
  bool describe(SlotTable& table);
  Truth follows(NodeId node, Evaluator& evaluator) const;
  void work_out(Evaluator& evaluator, Choices& choices);
  const Route* keep(const Route& route);
  void complete(Route& route);
  void complete_fields(Route& route);
  const Route& choose(const Choices& choices, Evaluator& evaluator);

  const Plan& plan_;
  const CandidateIndex& index_;
  std::vector<Asked> asked_;      // by slot
  std::vector<uint32_t> number_;  // by slot, of those that are asked for something
  // Of the event at hand: a bit for each number, the values by slot, and all of it as one text.
  std::vector<uint64_t> present_;
  std::vector<std::pair<SlotId, uint32_t>> by_value_;
  std::string key_;
  std::vector<Known> known_;  // by hash: a newcomer takes the place of what was there
  Choices unknown_;
  std::set<Route, ByGates> routes_;
  Route opened_;  // being put together
  Route unrouted_;
  uint32_t last_field_ = 0;  // the number given last
};

}  // namespace sigrun
