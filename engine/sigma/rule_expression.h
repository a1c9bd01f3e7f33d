// What can be said of a condition over rule names without any event. Pure functions.
#pragma once

#include "sigma/rule.h"

namespace sigrun::sigma {

// Whether some window meets the condition. A window is opened by an event of one of the correlation's rules, so one of them at least is seen.
// True, without a look, of expressions over more than ten rules. The rule has an expression.
bool may_hold(const CorrelationRule& rule);

}  // namespace sigrun::sigma
