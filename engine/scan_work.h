// A stretch of an input on its way through a scan: read, framed, evaluated, delivered (scan.cc). Recycled; memory is kept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "alert/alert.h"
#include "engine.h"
#include "event/chunk.h"

namespace sigrun {

struct Work {
  Chunk chunk;
  const std::string* input = nullptr;
  size_t input_number = 0;  // among the scan's inputs
  uint64_t consumed = 0;  // raw bytes of all inputs up to and with this chunk
  size_t evaluated = 0;  // events of the batch that were; all of them but where their alerts take much memory
  std::vector<Alert> alerts;
  Counters counters;
  EventOccurrences occurrences;
  std::vector<Rejection> rejected;  // framed, but not to be followed
  std::string input_error;          // set on the last chunk of an input that ended early

  // For the next batch; memory is kept.
  void clear() {
    chunk.clear();
    input = nullptr;
    input_number = 0;
    consumed = evaluated = 0;
    alerts.clear();
    occurrences.clear();
    counters = {};
    rejected.clear();
    input_error.clear();
  }
};

}  // namespace sigrun
