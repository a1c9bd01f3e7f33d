// How the conditions of a processing item combine: all of them, any of them, or an expression over their names; and
// whether the outcome is turned round. Knows nothing of what the conditions test. Immutable after reading.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sigma/pipeline/parameters.h"
#include "support/limits.h"

namespace sigrun::sigma {

struct ConditionLink {
  struct Expression {
    enum class Kind : uint8_t { all_of, any_of, negation, condition };
    Kind kind = Kind::condition;
    std::vector<Expression> children;
    size_t condition = 0;
  };

  size_t count = 0;  // conditions
  bool any = false;
  bool negated = false;
  std::optional<Expression> expression;  // instead of `any`

  // Without conditions: true.
  bool evaluate(const std::function<bool(size_t)>& test) const;

  // Reads `{prefix}_op`, `{prefix}_not` and `{prefix}_expr` of a processing item whose conditions have these names (empty
  // for a list). Problems go to the item's sink.
  static ConditionLink read(Parameters& item, const std::string& prefix,
                            const std::vector<std::string>& names, size_t count, const Limits& limits);
};

}  // namespace sigrun::sigma
