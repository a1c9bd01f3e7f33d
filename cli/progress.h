// One line on standard error that shows how a scan is getting on; nothing at all where standard error is no
// terminal. Threads: one at a time. Call clear() before anything else is written to the same terminal; it
// comes back on its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace sigrun::cli {

class Progress {
 public:
  explicit Progress(bool enabled) : enabled_(enabled) {}
  ~Progress() { clear(); }

  void update(uint64_t consumed, uint64_t total, uint64_t events, uint64_t alerts);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  bool enabled_;
  bool shown_ = false;
  Clock::time_point started_ = Clock::now();
  Clock::time_point drawn_{};
};

// The line itself, without control sequences; `total` 0: unknown, so there is no percentage.
std::string progress_line(uint64_t consumed, uint64_t total, uint64_t events, uint64_t alerts, double seconds,
                          size_t width);

}  // namespace sigrun::cli
