// The correlation rules that bench/correlate counts with, and their plan.
#pragma once

#include <string>
#include <string_view>

#include "correlate/correlation_plan.h"

namespace sigrun::bench {

// Detections of these names, with nothing in them: their hits are made (hit_stream.h).
std::string detections(std::initializer_list<std::string_view> names);
// Several types over the same few detections, one of them over another correlation: as in the rules that ship.
std::string mixed_rules();
// What is wrong with the rules goes to `problem`, which stays empty otherwise.
CorrelationPlan plan_of(const std::string& rules, std::string& problem);

}  // namespace sigrun::bench
