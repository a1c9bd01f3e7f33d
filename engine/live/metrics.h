// The counters of a live engine as Prometheus text (exposition format 0.0.4); docs/metrics.md lists them. A pure function.
#pragma once

#include <string>
#include <string_view>

#include "live/live_engine.h"

namespace sigrun {

// `labels`: what is put into each line, as in `instance="edge-1"`; may be empty.
std::string prometheus_text(const LiveEngine& engine, std::string_view labels, std::string_view version);

}  // namespace sigrun
