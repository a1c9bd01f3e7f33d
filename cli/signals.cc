#include "cli/signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

namespace sigrun::cli {
namespace {

std::atomic<bool> stop{false};
std::atomic<int> last_signal{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
              "a signal handler may only touch lock-free atomics");

int wake[2] = {-1, -1};  // a pipe that nobody empties
int reload[2] = {-1, -1};

void on_signal(int number) {
  const int before = errno;
  last_signal.store(number);
  stop.store(true);
  (void)!write(wake[1], "", 1);
  errno = before;
}

void on_reload(int) {
  const int before = errno;
  (void)!write(reload[1], "", 1);
  errno = before;
}

}  // namespace

void install_signal_handlers() {
  if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) wake[0] = wake[1] = -1;  // poll() ignores -1
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigemptyset(&ignore.sa_mask);
  sigaction(SIGPIPE, &ignore, nullptr);
  // A file that may not grow any more is an error of write(), reported like a full disk.
  sigaction(SIGXFSZ, &ignore, nullptr);
}

void install_reload_handler() {
  if (pipe2(reload, O_CLOEXEC | O_NONBLOCK) != 0) reload[0] = reload[1] = -1;
  struct sigaction action {};
  action.sa_handler = on_reload;
  sigemptyset(&action.sa_mask);
  sigaction(SIGHUP, &action, nullptr);
}

int reload_descriptor() { return reload[0]; }

bool take_reload_request() {
  char bytes[64];
  bool any = false;
  while (read(reload[0], bytes, sizeof bytes) > 0) any = true;
  return any;
}

void request_stop() {
  stop.store(true);
  (void)!write(wake[1], "", 1);
}

std::atomic<bool>& stop_flag() { return stop; }
int stop_signal() { return last_signal.load(); }
int stop_descriptor() { return wake[0]; }

}  // namespace sigrun::cli
