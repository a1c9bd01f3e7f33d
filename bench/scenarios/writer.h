// The log: takes events in any order, writes them in the order in which they arrive, and keeps the line
// numbers of abuse. Holds what has not been flushed: with one day made after the other, the events of about
// two days.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "delivery.h"
#include "event.h"
#include "renderers.h"
#include "scenarios.h"
#include "world.h"

namespace sigrun::bench::scenarios {

class Writer {
 public:
  // Begin once the world is complete: after the scenarios are planned.
  Writer(const World& world, const Delivery& delivery, std::vector<Instance>& instances, std::FILE* out);
  void take(Event& event);
  // Writes all that arrives before `until`; no event of an earlier time may be taken afterwards. False: it
  // could not be written.
  bool flush(Millis until);
  uint64_t lines() const { return lines_; }
  // Events that came after their hour had been written: none, or the generator is wrong.
  uint64_t misplaced() const { return misplaced_; }

 private:
  void render(const Event& event);

  const World& world_;
  const Delivery& delivery_;
  std::vector<Instance>& instances_;
  std::FILE* out_;
  WindowsRenderer windows_;
  CloudTrailRenderer cloudtrail_;
  CloudflareRenderer cloudflare_;
  std::vector<std::vector<Event>> hours_;
  size_t next_hour_ = 0;
  uint64_t order_ = 0, lines_ = 0, misplaced_ = 0;
  std::string buffer_;
};

// Labels, one JSON object a line: the run, the abuse in the order of its begin, then the look-alikes.
std::string label_lines(const Options& options, uint64_t events, const std::vector<Instance>& abuse,
                        const std::vector<Instance>& benign);

}  // namespace sigrun::bench::scenarios
