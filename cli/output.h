// Where a command's data goes: standard output or a file, buffered, with every error kept instead of lost: a
// full disk is an error, a reader that went away (EPIPE) is a reason to stop quietly. Threads: one at a time.
// Order of calls: open()?, write()/flush()*, close().
#pragma once

#include <string>
#include <string_view>

namespace sigrun::cli {

class Output {
 public:
  Output() = default;  // standard output
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // Creates a file, or empties it; with `append`, writes behind what it has. False with error() set.
  bool open(const std::string& path, bool append = false);
  // False once anything failed; what is written after that is dropped.
  bool write(std::string_view text);
  bool flush();
  // Flushes and closes; false if anything was lost since open().
  bool close();

  bool broken_pipe() const { return broken_pipe_; }
  bool failed() const { return broken_pipe_ || !error_.empty(); }
  const std::string& error() const { return error_; }  // "alerts.ndjson: No space left on device"
  int descriptor() const { return descriptor_; }

 private:
  void fail(int number);

  int descriptor_ = 1;
  std::string path_ = "standard output";
  std::string buffer_;
  std::string error_;
  bool broken_pipe_ = false;
};

// Are both names the same existing file? (Writing alerts over the events would destroy them.) `a` may be "-": what
// standard input was redirected from.
bool same_file(const std::string& a, const std::string& b);

}  // namespace sigrun::cli
