// What a person says about the times of events. What is said here overrides what log source tables say; events that no
// table knows have nothing else. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sigrun {

struct TimeOptions {
  // Where the time is, in order of preference; as events spell it, or a name that a table knows a spelling of. Not
  // empty: these and no others, so that an event without any of them has no time.
  std::vector<std::string> fields;
  std::optional<int64_t> zone_seconds;      // of times that name no zone, east of UTC
  std::optional<int64_t> lateness_seconds;  // how long after its time an event may arrive
  bool operator==(const TimeOptions&) const = default;
};

}  // namespace sigrun
