// Makes batches of the chunks of an input: takes what was framed under an assumption that holds, and frames
// the rest.
//
// The serial third step (chunk.h). For lines of whole objects it costs a look at each event. What only the
// order can tell goes through the Framer here: an object over several chunks or lines, arrays, envelopes,
// broken input.
//
// Memory: the bytes of the event in progress, up to Limits::event_bytes and a chunk. Threads: one at a time,
// chunks in the order of their inputs; each begins anew with the first of an input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "event/chunk.h"
#include "event/framer.h"
#include "event/padded_bytes.h"
#include "support/limits.h"

namespace sigrun {

class OrderedFramer {
 public:
  // `envelopes` and `limits` as those of the LineFramers.
  OrderedFramer(std::vector<std::string> envelopes, const Limits& limits);

  // Makes `chunk.batch` final.
  void take(Chunk& chunk);

 private:
  bool accept_lines(Chunk& chunk);
  void frame_in_place(Chunk& chunk);
  void frame_behind_open(Chunk& chunk);
  Framer::Progress frame(Chunk& chunk, const PaddedBytes& bytes, uint64_t offset);
  void hand_over(EventBatch& batch, const Framer::Progress& progress, bool has_rest);

  const std::vector<std::string> envelopes_;
  const Limits limits_;
  std::optional<Framer> framer_;
  // The bytes of what is open at the end of the last chunk.
  PaddedBytes open_;
  size_t begin_ = 0;     // of those in open_ that are needed
  uint64_t offset_ = 0;  // of that place in the input
  EventBatch not_kept_;  // what a full batch leaves is found again where it is wanted
};

}  // namespace sigrun
