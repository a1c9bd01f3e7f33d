// processing_state, the condition that all three families share: what set_state stored under a key.
#pragma once

#include "sigma/pipeline/parameters.h"
#include "sigma/pipeline/rule_context.h"

namespace sigrun::sigma {

struct StateComparison {
  std::string key;
  Scalar value;
  Comparison comparison = Comparison::eq;

  static StateComparison read(Parameters& parameters) {
    StateComparison state{parameters.text("key"), parameters.scalar("val"), Comparison::eq};
    std::string op = parameters.choice("op", {"eq", "ne", "gte", "gt", "lte", "lt"});
    state.comparison = parse_comparison(op).value_or(Comparison::eq);
    return state;
  }

  // A key that was never set satisfies nothing, not even `ne`.
  bool matches(const RuleContext& context) const {
    auto found = context.state.find(key);
    return found != context.state.end() && compare(found->second, comparison, value);
  }
};

}  // namespace sigrun::sigma
