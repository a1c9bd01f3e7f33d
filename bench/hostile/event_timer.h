// The processor time that an engine takes for one event, bytes to alerts.
//
// Threads: one at a time; the engine must outlive it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine.h"

namespace sigrun::bench {

struct EventTime {
  double nanoseconds = 0;  // median of the runs
  double framing = 0;      // of that, finding the event in the bytes
  size_t alerts = 0;       // of one event
  const char* outcome = "processed";
};

class EventTimer {
 public:
  explicit EventTimer(const Engine& engine) : engine_(engine), scratch_(engine.make_scratch()) {}
  // Runs an input of nothing but this event, three times and until `least_seconds` are over; where that takes
  // longer than a second, once.
  EventTime measure(const std::string& event, double least_seconds);
  // For a profile: runs it for so long.
  void repeat(const std::string& event, double seconds);

 private:
  void prepare(const std::string& event);
  void run();

  const Engine& engine_;
  Engine::ScratchPointer scratch_;
  std::string input_;
  double events_ = 0;  // in the input
  EventBatch batch_;
  std::vector<Alert> alerts_;
  Counters counters_;
  double framed_ = 0, done_ = 0;  // of the last run: seconds since its begin
};

}  // namespace sigrun::bench
