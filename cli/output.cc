#include "cli/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sigrun::cli {
namespace {

constexpr size_t buffer_bytes = 64 << 10;

}  // namespace

Output::~Output() {
  if (descriptor_ > 2) ::close(descriptor_);
}

void Output::fail(int number) {
  if (number == EPIPE)
    broken_pipe_ = true;
  else if (error_.empty())
    error_ = path_ + ": " + std::strerror(number);
}

bool Output::open(const std::string& path, bool append) {
  path_ = path;
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC) | O_CLOEXEC, 0666);
  if (descriptor_ == -1) fail(errno);
  return descriptor_ != -1;
}

bool Output::write(std::string_view text) {
  if (failed()) return false;
  buffer_ += text;
  return buffer_.size() < buffer_bytes || flush();
}

bool Output::flush() {
  for (size_t done = 0; !failed() && done < buffer_.size();) {
    const ssize_t written = ::write(descriptor_, buffer_.data() + done, buffer_.size() - done);
    if (written > 0)
      done += static_cast<size_t>(written);
    else if (written == 0)
      fail(EIO);
    else if (errno != EINTR)
      fail(errno);
  }
  buffer_.clear();
  return !failed();
}

bool Output::close() {
  flush();
  // Network file systems report a full disk only here.
  if (descriptor_ != -1 && ::close(descriptor_) != 0 && !failed()) fail(errno);
  descriptor_ = -1;
  return !failed();
}

bool same_file(const std::string& a, const std::string& b) {
  struct stat first {
  }, second{};
  return (a == "-" ? fstat(STDIN_FILENO, &first) : stat(a.c_str(), &first)) == 0 &&
         stat(b.c_str(), &second) == 0 && S_ISREG(first.st_mode) && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

}  // namespace sigrun::cli
