// Where the bytes of events come from: a file, standard input, or memory, decompressed on the way (gzip,
// zstd; detected by their magic numbers, also on standard input, also several frames or members one after the
// other).
//
// Errors are values: read() returns 0 and error() says why. What was compressed before data that is cut off
// is delivered first, so that its events are not lost. Memory is bounded by the decompressor's window.
// Threads: one thread per source. Does not look at what the bytes mean (event_reader.h does).
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
  // Raw (compressed) bytes consumed so far, and their total where it is known (0 otherwise): for a progress
  // bar.
  virtual uint64_t consumed() const = 0;
  virtual uint64_t total() const = 0;
  // The bytes that come next, where they lie in memory that outlives the source; empty: they have to be read.
  virtual std::string_view in_memory() const { return {}; }
  // Of those, the first `size` are taken.
  virtual void skip(size_t size) { (void)size; }
  // A pipe, a socket, a terminal: bytes come when they come, and what has come should not wait for more.
  virtual bool live() const { return false; }
};

// Opens a file, or standard input for "-". Null with `error` set (the reason, without the path) when it
// cannot be opened, is a directory, or is of a kind that needs converting first (`.evtx`, by name or by its
// first bytes: the message says how).
std::unique_ptr<ByteSource> open_byte_source(const std::string& path, std::string& error);

// Reads from memory (not copied: the bytes must outlive the source and the batches read from it), decompressing like a file.
std::unique_ptr<ByteSource> memory_byte_source(std::string_view bytes);

// Windows' binary event log: not read, only recognised and refused with a way out.
bool is_evtx(std::string_view beginning);
std::string evtx_refusal(std::string_view path);

}  // namespace sigrun
