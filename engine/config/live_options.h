// How the engine behaves inside a program that runs on and on (live/live_engine.h). Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace sigrun {

struct LiveOptions {
  // What a call does while what was handed to the correlations before it is more than `behind_memory`.
  enum class WhenBehind : uint8_t {
    wait,
    pass,  // its events are not matched, and count as dropped
  };
  // What becomes of an alert for which the queue has no room.
  enum class SpoolFull : uint8_t {
    block,  // whoever has it waits
    drop_oldest,
  };
  // What opening does where the rules cannot be loaded.
  enum class OnLoadError : uint8_t {
    pass,  // events are not matched, and count as dropped, until a reload succeeds
    fail,
  };

  WhenBehind when_behind = WhenBehind::wait;
  size_t behind_memory = 64 << 20;
  size_t inputs = 1000;           // that have a clock of their own; others share one
  bool queue_detections = false;  // detections go into the queue of alerts, too
  size_t alert_rate = 0;          // of one rule, into the queue, in each interval; 0: as many as there are
  int64_t alert_rate_interval_seconds = 60;
  size_t spool_size = 256 << 20;  // of alerts that are not acknowledged
  SpoolFull spool_full = SpoolFull::block;
  OnLoadError on_load_error = OnLoadError::pass;
  std::string metrics_file;  // the counters are written there; empty: nowhere
  bool operator==(const LiveOptions&) const = default;
};

}  // namespace sigrun
