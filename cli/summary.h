// The closing words of a scan: every event's outcome with the sum, what nothing recognised, alerts by level,
// rules, speed.
#pragma once

#include <cstdint>
#include <string>

#include "engine.h"
#include "scan.h"

namespace sigrun::cli {

// Alerts that the configuration leaves out of the output (output: min-level).
struct UnwrittenAlerts {
  uint64_t count = 0;
  sigma::Level below = sigma::Level::none;
};

// Several lines without a trailing newline; `seconds`: the scan alone, without loading.
std::string format_summary(const LoadReport& report, const ScanResult& result, double seconds,
                           const UnwrittenAlerts& unwritten = {});

}  // namespace sigrun::cli
