// From an analytic's rule to the cells that count for it. Called at load, for each correlation that has one; what is returned is
// immutable.
#pragma once

#include <memory>

#include "correlate/cell_kind.h"
#include "correlate/correlation_plan.h"
#include "sigma/rule.h"

namespace sigrun {

// `rule.analytic` is there.
std::shared_ptr<const CellKind> make_analytic_kind(const sigma::CorrelationRule& rule,
                                                   const Correlation& correlation);

}  // namespace sigrun
