// The predicates of a plan that is being built, by field and test: which number a pair has.
//
// Open addressing over the predicates themselves: ten thousands of rules have a million of them. One thread; the predicates must
// outlive it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "plan/plan.h"

namespace sigrun {

class PredicateTable {
 public:
  explicit PredicateTable(const std::vector<Predicate>& predicates) : predicates_(predicates) {}

  // The predicate's number; where there is none the next one, under which the caller adds it before the next call.
  PredicateId find_or_number(FieldId field, const Test& test) {
    if (2 * predicates_.size() >= places_.size()) grow();
    const size_t at = place_of(field, test);
    if (places_[at] == no_id) places_[at] = static_cast<PredicateId>(predicates_.size());
    return places_[at];
  }

 private:
  size_t place_of(FieldId field, const Test& test) const {
    const size_t mask = places_.size() - 1;
    const auto hash =
        (reinterpret_cast<uintptr_t>(&test) + field * 0xC2B2AE3D27D4EB4Full) * 0x9E3779B97F4A7C15ull;
    for (size_t at = (hash >> 20) & mask;; at = (at + 1) & mask) {
      const PredicateId id = places_[at];
      if (id == no_id || (predicates_[id].field == field && &predicates_[id].test == &test)) return at;
    }
  }
  void grow() {
    places_.assign(std::max<size_t>(1 << 10, 2 * places_.size()), no_id);
    for (PredicateId id = 0; id < predicates_.size(); ++id)
      places_[place_of(predicates_[id].field, predicates_[id].test)] = id;
  }

  const std::vector<Predicate>& predicates_;
  std::vector<PredicateId> places_;
};

}  // namespace sigrun
