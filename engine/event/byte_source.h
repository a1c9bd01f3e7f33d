// Where the bytes of events come from: a file, standard input, or memory, decompressed on the way (gzip, zstd; detected by
// their magic numbers, also on standard input, also several frames or members one after the other).
//
// Threads: one thread per source. Errors are values: read() returns 0 and error() says why.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sigrun {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Reads up to `capacity` decompressed bytes; 0 at the end or on an error.
  virtual size_t read(char* to, size_t capacity) = 0;
  // Empty unless something failed.
  virtual const std::string& error() const = 0;
  // Raw bytes consumed so far, and their total where it is known (0 otherwise): for a progress bar.
  virtual uint64_t consumed() const = 0;
  virtual uint64_t total() const = 0;
};

// Opens a file, or standard input for "-". Null with `error` set when it cannot be opened, is a directory, or is of a kind that
// needs converting first (`.evtx`: the message says how).
std::unique_ptr<ByteSource> open_byte_source(const std::string& path, std::string& error);

// Reads from memory (not copied), decompressing like a file.
std::unique_ptr<ByteSource> memory_byte_source(std::string_view bytes);

}  // namespace sigrun
