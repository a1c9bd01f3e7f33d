#include "cli/interruptible_input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "cli/signals.h"

namespace sigrun::cli {
namespace {

constexpr size_t relay_bytes = 64 << 10;  // what a pipe holds

bool write_all(int to, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t written = write(to, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    size -= static_cast<size_t>(written);
  }
  return true;
}

// Ends with the input, with a signal, or when nobody reads the pipe any more (POLLERR on `to`, EPIPE).
void relay(int from, int to) {
  std::vector<char> buffer(relay_bytes);
  while (true) {
    pollfd waiting[] = {{from, POLLIN, 0}, {stop_descriptor(), POLLIN, 0}, {to, 0, 0}};
    if (poll(waiting, 3, -1) < 0) {
      if (errno == EINTR) continue;
      break;
    }
    if (waiting[1].revents != 0 || waiting[2].revents != 0) break;
    const ssize_t count = read(from, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || !write_all(to, buffer.data(), static_cast<size_t>(count))) break;
  }
  close(to);
}

}  // namespace

InterruptibleInput::InterruptibleInput() {
  struct stat status {};
  if (fstat(STDIN_FILENO, &status) != 0 || S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) return;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return;
  original_ = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  if (original_ == -1 || dup2(ends[0], STDIN_FILENO) == -1) {
    close(ends[0]);
    close(ends[1]);
    return;
  }
  close(ends[0]);
  relay_ = std::thread(relay, original_, ends[1]);
}

InterruptibleInput::~InterruptibleInput() {
  // Puts the real input back; the pipe's only reader goes, and that wakes the thread.
  if (relay_.joinable()) {
    dup2(original_, STDIN_FILENO);
    relay_.join();
  }
  if (original_ != -1) close(original_);
}

}  // namespace sigrun::cli
