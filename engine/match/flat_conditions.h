// Conditions as lists of questions, one behind the other in memory: what evaluating a rule reads instead of nodes,
// children, predicates and fields that lie far apart.
//
// A question is a leaf of the condition: a test, or a list of tests of one field (test_lists.h). Whether it is true
// says which one comes next, or how the condition ends. That is the tree read in the order of its evaluation
// (evaluation_order.h), with the same result.
//
// Made for each program that is tried, by each thread for itself. There is room for so many; what does not fit stays a
// tree. Order of calls: make() for a condition, then its questions in any number. Threads: one at a time; the plan must
// outlive it.
#pragma once

#include <cstdint>
#include <vector>

#include "match/evaluation_plan.h"
#include "plan/plan.h"

namespace sigrun {

struct Question {
  enum class Kind : uint8_t {
    predicate,
    text,  // a predicate: of a field, and quickly answered where the text is ready
    list,
    node,  // `k of`: not taken apart
  };
  static constexpr uint16_t holds = UINT16_MAX, fails = UINT16_MAX - 1;

  const TextTest* test = nullptr;              // of a text
  FieldId field = no_id;                       // of a text
  uint32_t subject = no_id;                    // predicate, list or node
  uint16_t if_true = holds, if_false = fails;  // how far the next question is from the first; or the end
  Kind kind = Kind::predicate;
  bool found = false;  // of a text: the index of the field finds the predicate
};

class FlatConditions {
 public:
  static constexpr uint32_t unmade = 0, too_large = UINT32_MAX;

  FlatConditions(const Plan& plan, const EvaluationPlan& evaluation) : plan_(plan), evaluation_(evaluation) {}

  // What to call the condition by; too_large where it has to stay a tree.
  uint32_t make(NodeId root);
  // Its first question. Valid until the next make().
  const Question* operator[](uint32_t condition) const { return questions_.data() + condition - 1; }

 private:
  static constexpr size_t most_questions = 1 << 18;

  uint16_t add(NodeId node, uint16_t if_true, uint16_t if_false);
  Question leaf(NodeId node) const;

  const Plan& plan_;
  const EvaluationPlan& evaluation_;
  std::vector<Question> questions_;
  std::vector<Question> reversed_;  // of the condition that is being made: the last one first
};

}  // namespace sigrun
