// The closing words of a scan: every event's outcome with the sum, what nothing recognised, alerts by level,
// rules, speed.
#pragma once

#include <string>

#include "engine.h"
#include "scan.h"

namespace sigrun::cli {

// Several lines without a trailing newline; `seconds`: the scan alone, without loading.
std::string format_summary(const LoadReport& report, const ScanResult& result, double seconds);

}  // namespace sigrun::cli
