// Frames the usual case fast: whole JSON objects, each on a line of its own or side by side.
//
// simdjson's first stage finds the tokens of a block of lines; that they are in order is checked token by token, not byte by
// byte, and the tokens go with the events, so that nobody has to find them again. Anything else (a broken line, an array, an
// object over several lines, an envelope, ill-formed UTF-8, something over a limit) is left where it begins to the Framer,
// which knows what to do; what this one accepts, the Framer would frame in the same way.
//
// Threads: one at a time. Does not read, copy or decompress (event_reader.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "event/envelope_paths.h"
#include "event/event_batch.h"
#include "event/json_tokens.h"
#include "support/limits.h"

namespace sigrun {

class LineFramer {
 public:
  LineFramer(const std::vector<std::string>& envelopes, const Limits& limits);

  struct Progress {
    size_t bytes = 0;    // framed, from the beginning of `data`, to the beginning of a line or the end
    uint64_t lines = 0;  // line ends in them
  };
  // `data[0, size)` begins outside of all objects at the beginning of line number `line`, at `offset` of the input, and is
  // followed by event_padding readable bytes. Appends to `found.events` (begin is relative to `data`) and `found.tokens`.
  // `at_end`: nothing follows.
  Progress run(const char* data, size_t size, uint64_t offset, uint64_t line, bool at_end, EventBatch& found);

 private:
  uint32_t behind_object(const char* block, uint32_t token) const;
  bool is_scalar(const char* block, uint32_t token) const;
  bool may_be_envelope(const char* block, uint32_t key) const;

  const EnvelopePaths envelopes_;
  const size_t event_bytes_;
  const size_t event_depth_;
  JsonTokens tokens_;
};

}  // namespace sigrun
