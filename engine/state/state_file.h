// A state file: sections of bytes under numbers, written beside the old file and put in its place whole, read back only if undamaged.
//
// Form: the magic text, then sections: kind (u32), size (u64), bytes, checksum (u64, XXH3 of the three before it, seeded by the checksum of the section before:
// sections of another file, or in another order, do not fit), little-endian; the last has the kind `end` and counts the others. Readers skip kinds that they do
// not know. The magic text ends with the version of the form (1 was never released).
//
// Writing: StateFileWriter, section()*, commit(). Without commit() the old file stays, and so it does if the new one would be larger than allowed. Reading:
// read_state_file(). A file that is damaged is renamed, so that the next run begins without it and a person may look at it.
// Threads: one at a time. Errors are texts for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sigrun {

class StateFileWriter {
 public:
  static constexpr uint32_t end_kind = 0;

  // Begins "PATH.new"; error() tells where that is not possible, and everything after it does nothing.
  explicit StateFileWriter(std::string path, uint64_t most_bytes = UINT64_MAX);
  ~StateFileWriter();
  StateFileWriter(const StateFileWriter&) = delete;
  StateFileWriter& operator=(const StateFileWriter&) = delete;

  // `kind` from 1.
  void section(uint32_t kind, std::string_view bytes);
  // Everything is on the disk, and PATH is the new file. False: see error(); PATH is the old one.
  bool commit();
  const std::string& error() const { return error_; }

 private:
  void add_section(uint32_t kind, std::string_view bytes);
  void write(std::string_view bytes);
  void fail(const std::string& what);
  std::string path_, temporary_, error_, buffer_;
  int descriptor_ = -1;
  uint64_t sections_ = 0, checksum_ = 0, bytes_ = 0, most_bytes_;
};

struct StateSection {
  uint32_t kind = 0;
  std::string_view bytes;  // of StateFile::text
};

struct StateFile {
  bool exists = false;
  std::string text;
  std::vector<StateSection> sections;
  std::string problem;    // why nothing was read, where there is a file: it cannot be opened, or is damaged
  std::string set_aside;  // where a damaged file has been put; empty where it is still there, or was in order
};

// Nothing of a file of more than `most_bytes` is read.
StateFile read_state_file(const std::string& path, uint64_t most_bytes = UINT64_MAX);
// The sections of a file's text; empty, with `problem`: it is damaged.
std::vector<StateSection> sections_of(std::string_view text, std::string& problem);
// Renames a file that is damaged in what its sections hold.
std::string set_aside_state_file(const std::string& path);

}  // namespace sigrun
