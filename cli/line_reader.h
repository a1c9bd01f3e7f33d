// Cuts bytes into lines. What is before a line end is a line, without a carriage return at its end; what is
// longer than the limit is cut to one byte more than that, which its reader will find too long, and the rest
// is passed over. A plain value; threads: one at a time.
//
// Order of calls: add() bytes, then next() until it is false; at the end of the input rest().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace sigrun::cli {

class LineReader {
 public:
  explicit LineReader(size_t most_bytes) : most_(most_bytes) {}

  void add(std::string_view bytes) {
    if (begin_ > 0) buffer_.erase(0, begin_);
    begin_ = 0;
    buffer_.append(bytes);
  }
  // A view that lives until the next add().
  bool next(std::string_view& line) {
    const size_t end = buffer_.find('\n', begin_ + looked_);
    if (end == std::string::npos) {
      looked_ = buffer_.size() - begin_;
      // Of a line that is too long its front is enough to say so.
      if (looked_ > most_) {
        passed_over_ += looked_ - (most_ + 1);
        buffer_.resize(begin_ + most_ + 1);
        looked_ = most_ + 1;
      }
      return false;
    }
    line = cut(std::string_view(buffer_).substr(begin_, end - begin_));
    ++line_;
    offset_ = next_offset_;
    next_offset_ += end + 1 - begin_ + std::exchange(passed_over_, 0);
    begin_ = end + 1;
    looked_ = 0;
    return true;
  }
  // Of the line that next() gave, in all that was added: its number, from 1, and its first byte.
  uint64_t line() const { return line_; }
  uint64_t offset() const { return offset_; }
  // Of rest().
  uint64_t rest_offset() const { return next_offset_; }
  // What came behind the last line end.
  std::string_view rest() const { return cut(std::string_view(buffer_).substr(begin_)); }

 private:
  std::string_view cut(std::string_view line) const {
    if (line.size() > most_) return line.substr(0, most_ + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  size_t most_;
  std::string buffer_;
  size_t begin_ = 0, looked_ = 0;
  uint64_t line_ = 0, offset_ = 0, next_offset_ = 0, passed_over_ = 0;
};

}  // namespace sigrun::cli
