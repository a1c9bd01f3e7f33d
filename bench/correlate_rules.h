// The correlation rules that bench/correlate counts with, and their plan.
#pragma once

#include <string>
#include <string_view>

#include "correlate/correlation_plan.h"
#include "hit_stream.h"

namespace sigrun::bench {

// Detections of these names, with nothing in them: their hits are made (hit_stream.h).
std::string detections(std::initializer_list<std::string_view> names);
// All rules below this folder; empty where there is none.
std::string rules_below(const std::string& folder);
// Hits as the base rules of the pack's correlations would make them, and no others. What is frequent in logs is frequent here: requests, look-ups, connections, reads and
// used sessions make 82 of 100 hits, logins and what was refused most others, and what is rare by nature (deletions, changes of protection) one in a hundred.
// `groups`: for so many addresses, users and devices there are more or fewer (the table is in correlate_rules.cc).
HitMix pack_mix(const std::string& rules, size_t groups);
// What is wrong with the rules goes to `problem`, which stays empty otherwise.
CorrelationPlan plan_of(const std::string& rules, std::string& problem);

}  // namespace sigrun::bench
