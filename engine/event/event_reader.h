// Turns the bytes of one input into batches of events: every JSON object of NDJSON lines, arrays,
// concatenated and pretty-printed text, and of envelopes ({"Records":[…]}).
//
// Framing is structural: the reader follows strings, brackets, colons and commas, not values, so that one bad
// event never hides the next (framer.h tells the rules).
// After a broken object it goes on at the next line that begins a top-level object. Memory is bounded by one
// batch plus Limits::event_bytes; a 300 MB array streams, an event over the limit is rejected. One thread takes
// all steps of chunk.h here; a scan spreads them.
// Threads: one thread per reader. Order of calls: next()* until it returns false, then error().
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "event/byte_source.h"
#include "event/event_batch.h"
#include "support/limits.h"

namespace sigrun {

class EventReader {
 public:
  // `envelopes`: dotted key paths from the top of an object ("Records", "hits.hits._source") whose objects,
  // or arrays of objects, are the events. `source` must outlive the reader.
  EventReader(ByteSource& source, std::vector<std::string> envelopes, const Limits& limits);
  ~EventReader();

  // Fills `batch` (cleared first) with about Limits::chunk_bytes of events; false when the input is exhausted
  // and the batch is empty. A read error ends the input: see error().
  bool next(EventBatch& batch);

  // Why the input ended early (read or decompression error), or empty.
  const std::string& error() const;
  uint64_t bytes_read() const;  // decompressed

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sigrun
