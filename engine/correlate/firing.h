// A correlation that fired: what its alert says. Plain values that own what they hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "correlate/finding.h"
#include "correlate/occurrence.h"
#include "support/identity.h"

namespace sigrun {

// One of the events that a correlation counted.
struct Evidence {
  Identity id;  // of the alert that the rule raises for the event
  SourceId source = 0;
  int64_t time = 0;
  std::string input;
  uint64_t line = 0, offset = 0;
  std::string
      event;  // its JSON; empty where it was too long to be kept, and of a correlation that was counted
};

struct Firing {
  uint32_t correlation = 0;  // of CorrelationPlan::correlations
  Identity id;
  int64_t time = 0;                // the end of the window
  int64_t from = 0;                // the window's first event; a closed window's begin
  std::vector<std::string> group;  // in the order of the correlation's group-by
  double value = 0;                // what was compared
  uint64_t events = 0;             // in the window
  bool at_least = false;           // value and events: the window held more than was kept
  bool settled = false;            // brought by the watermark, not by an event that arrived
  std::vector<Evidence> evidence;  // oldest first
  uint64_t evidence_missing = 0;   // events of the window that are not among it
  // The rules that it counts were changed then, and the window may hold events of before.
  std::optional<int64_t> mixed_since;
  std::optional<Finding> finding;  // of an analytic
};

}  // namespace sigrun
