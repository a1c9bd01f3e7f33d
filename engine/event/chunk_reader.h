// Reads one input in chunks: whole lines as far as there are line ends. It looks at nothing else in them.
//
// The serial first step of framing (chunk.h says what follows), so it does little: it reads to where the
// bytes will stay, looks for the last line end from behind, and keeps the beginning of a line for the next
// chunk. Bytes that lie in memory already are lent. A stretch without line ends goes as it is; so does what
// has come of a live input, whose events must not wait for the end of a line.
//
// What an input begins with: a byte order mark is passed over, UTF-16 and binary event logs are refused.
// Threads: one at a time. Order of calls: next()* until it returns false, then error().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "event/byte_source.h"
#include "event/chunk.h"
#include "event/padded_bytes.h"

namespace sigrun {

class ChunkReader {
 public:
  // `source` must outlive the reader, and lent bytes the chunks.
  ChunkReader(ByteSource& source, size_t chunk_bytes);

  // Fills `chunk` (cleared first) with about `chunk_bytes`. The last one has `at_end`, and may have no bytes;
  // after it, or where the input is refused, false.
  bool next(Chunk& chunk);

  // Before the first next(): passes over what lies before `offset`, the first byte of a line that has the number `line`. False where the input is shorter, or
  // refused.
  bool begin_at(uint64_t offset, uint64_t line);

  // Why the input ended early (refused, read or decompression error), or empty. Known with the last chunk.
  const std::string& error() const { return error_; }
  uint64_t bytes_read() const { return bytes_read_; }  // decompressed

 private:
  bool start();
  bool begin_at_mark(std::string_view beginning);
  bool lend(Chunk& chunk);
  size_t read(PaddedBytes& to, size_t wanted);

  ByteSource& source_;
  const size_t chunk_bytes_;
  PaddedBytes held_;     // read, and not in a chunk yet
  uint64_t offset_ = 0;  // of the next chunk
  uint64_t bytes_read_ = 0;
  uint64_t line_ = 1;  // of the first chunk
  bool started_ = false;
  bool first_ = true;          // the next chunk is
  bool at_line_begin_ = true;  // the next chunk is
  bool at_end_ = false;        // the source has no more
  bool done_ = false;
  std::string error_;
};

}  // namespace sigrun
