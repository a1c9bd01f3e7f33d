// All tests of a field in one index: when an event has many of them evaluated, one look at each value tells them all.
//
// What a rule asks of a field is asked one by one as long as that is little. After a few tests of one field on one event the
// index is looked through instead, and whatever it does not find is false. So the cost of an event is bounded by its bytes and
// not by the number of rules that are tried on it.
//
// Immutable, shared by all threads; the plan must outlive it. Few events need it, so a field's index is made when it is first
// looked through.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "match/value_index.h"
#include "plan/plan.h"
#include "support/lazily.h"

namespace sigrun {

class FieldIndexes {
 public:
  explicit FieldIndexes(const Plan& plan);

  // Whether the field has tests enough to be looked up.
  bool has(FieldId field) const { return tests_[field] != nullptr; }
  // The tests of such a field, by predicate; or, of no_id, the keywords.
  const ValueIndex& of(FieldId field) const;
  // Whether the index of its field finds the predicate wherever it is true.
  bool finds(PredicateId predicate) const { return found_[predicate]; }
  // The keywords that their index does not find.
  const std::vector<PredicateId>& other_keywords() const { return other_keywords_; }

 private:
  struct Field {
    std::vector<PredicateId> found;  // the tests that its index finds
    Lazily<ValueIndex> index;
  };

  const ValueIndex& index_of(const Field& field) const;

  const Plan& plan_;
  Field keywords_;
  std::vector<PredicateId> other_keywords_;
  std::vector<std::unique_ptr<Field>> tests_;  // by field; null where they are few
  std::vector<bool> found_;                    // by predicate
};

}  // namespace sigrun
