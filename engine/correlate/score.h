// How unusual an analytic held one event, or one bucket, to be: before any threshold. Plain values.
#pragma once

#include <cstdint>

namespace sigrun {

struct Score {
  uint32_t order = UINT32_MAX;  // the occurrence of the batch; the last: the watermark brought it
  uint32_t correlation = 0;
  uint64_t line = 0;   // of the event; 0: none
  double score = 0;    // 0 to 100, the higher, the more unusual
  double natural = 0;  // in the type's unit
};

}  // namespace sigrun
