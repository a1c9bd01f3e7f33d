// All tests of a field in one index: when an event has many of them evaluated, one look at each value tells them all.
//
// What a rule asks of a field is asked one by one as long as that is little. After a few tests of one field on one event the
// index is looked through instead, and whatever it does not find is false. So the cost of an event is bounded by its bytes and
// not by the number of rules that are tried on it.
//
// Built once from a plan, immutable, shared by all threads; the plan must outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "match/value_index.h"
#include "plan/plan.h"

namespace sigrun {

// Calls a function with every number below a count, perhaps several at once.
using ForEach = std::function<void(size_t count, const std::function<void(size_t)>& visit)>;

class FieldIndexes {
 public:
  FieldIndexes(const Plan& plan, const ForEach& for_each);

  // The tests of a field, by predicate; null where they are few. no_id: the keywords, never null.
  const ValueIndex* of(FieldId field) const { return field == no_id ? &keywords_ : fields_[field].get(); }
  // Whether the index of its field would find the predicate wherever it is true.
  bool finds(PredicateId predicate) const { return found_[predicate]; }
  // All keywords, and those that their index does not find.
  const std::vector<PredicateId>& keywords() const { return all_keywords_; }
  const std::vector<PredicateId>& other_keywords() const { return other_keywords_; }

 private:
  ValueIndex keywords_;
  std::vector<PredicateId> all_keywords_, other_keywords_;
  std::vector<std::unique_ptr<const ValueIndex>> fields_;
  std::vector<bool> found_;  // by predicate
};

}  // namespace sigrun
