// The closing words of a live run: every event's outcome with the sum, what correlations left out, what
// became of alerts.
#pragma once

#include <cstdint>
#include <string>

#include "live/live_engine.h"

namespace sigrun::cli {

struct DeliverySummary {
  uint64_t delivered = 0;
  bool spooled = false;  // what was not delivered waits on the disk
};

// Several lines without a trailing newline.
std::string format_live_summary(const LiveCounters& counters, const DeliverySummary& delivery);

// "3 added, 1 changed": what a reload did, and a line for each rule that was refused or kept as it was.
std::string format_reload(const std::vector<RuleChange>& changes, const LiveEngine::TakenOver& groups,
                          const LiveCounters& counters);

}  // namespace sigrun::cli
