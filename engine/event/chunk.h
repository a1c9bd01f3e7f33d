// A chunk: a stretch of an input's bytes on its way to a batch of events.
//
// Three steps, of which only the first and the third are one at a time, and short:
//   1. ChunkReader reads: whole lines, where the input has line ends.
//   2. frame_lines() frames under the assumption that nothing is open where the chunk begins. Any thread,
//      each with a LineFramer of its own.
//   3. OrderedFramer takes chunks in the order of the input. Where the assumption holds and lines of objects
//      were all there was, it only counts lines. The rest it frames byte by byte; what was framed under a
//      wrong assumption is thrown away.
// Then `batch` is final: the same whatever the cuts and threads. A chunk of very many events gives several
// batches, one after the other: frame_rest().
//
// Threads: one at a time. Alerts of a batch point into its bytes, which stay until clear().
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "event/event_batch.h"
#include "event/framer.h"
#include "event/line_framer.h"

namespace sigrun {

struct Chunk {
  // Its bytes, lent or its own, and what was framed in them. An event that several chunks have a part of is
  // in the batch of the last of them, with all its bytes.
  EventBatch batch;

  // Set by ChunkReader.
  size_t size = 0;
  uint64_t offset = 0;       // of its first byte in the (decompressed) input
  bool first = false;        // of its input
  bool begins_line = false;  // its first byte is the first of a line
  bool at_end = false;       // nothing follows in its input
  uint64_t line = 1;         // of the first chunk's first byte: not 1 where reading began further on

  // Set by OrderedFramer: nothing is open behind its last byte, so that reading may begin there another time; and the line of that place.
  bool resumable = false;
  uint64_t next_line = 0;

  // Set by frame_lines(): how far it came. Until step 3 the events' lines count from 0.
  LineFramer::Progress lines;

  // Set by OrderedFramer where the batch is full before the bytes are used up: the state from which framing
  // goes on, once the batch's events are done with. The rest is found twice, so that nobody has to keep all
  // of it.
  struct Rest {
    Framer framer;
    uint64_t offset;  // of batch.bytes in the input
  };
  std::unique_ptr<Rest> rest;

  std::string_view bytes() const { return {batch.lent ? batch.lent : batch.bytes.data(), size}; }
  // Step 2.
  void frame_lines(LineFramer& framer);
  // Replaces what was found in `batch` by what is found next in the same bytes; false if that was all.
  bool frame_rest();
  // For another stretch; memory is kept.
  void clear();
};

}  // namespace sigrun
