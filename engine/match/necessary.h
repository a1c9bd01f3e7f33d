// Which predicates a rule cannot match without: what decides that a rule is worth trying on an event.
//
// A cover of an expression is a set of predicates of which at least one is true whenever the expression is. Of `all of` any
// child's cover will do, of `any of` all children's together; what stands under a negation covers nothing. Among the covers the
// one is taken that is expected to be true least often and costs least to find (the inverted lists of Whang et al., "Indexing
// Boolean Expressions", VLDB 2009, keep such a predicate for each conjunction).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "plan/plan.h"

namespace sigrun {

struct Cover {
  std::vector<PredicateId> predicates;  // ascending
  std::vector<FieldId> searched;        // fields whose values have to be searched through for them; ascending
  double cost = 0;  // relative: how often one of them is expected to be true, and the searches
};

// About the share of events that a test holds for where its field is: 0 to 1.
double expected_share(const Predicate& predicate);

// The longest text that every value matched by the test has in it; empty if there is none. Folded unless the test is cased.
std::string_view longest_literal(const TextTest& test);

// The clause whose literals are rarest (compiled_regex.h); null if there is none.
const CompiledRegex::Clause* rarest_clause(const RegexTest& test);

// None: the expression may hold when no predicate of it does.
// `searched`: fields whose values are searched through anyway (ascending); others make a cover that needs it more expensive.
std::optional<Cover> find_cover(const Plan& plan, NodeId root, const std::vector<FieldId>& searched = {});

}  // namespace sigrun
