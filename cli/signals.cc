#include "cli/signals.h"

#include <signal.h>

namespace sigrun::cli {
namespace {

std::atomic<bool> stop{false};
std::atomic<int> last_signal{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
              "a signal handler may only touch lock-free atomics");

void on_signal(int number) {
  last_signal.store(number);
  stop.store(true);
}

}  // namespace

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  // No SA_RESTART: a read from an idle terminal or pipe has to return.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigemptyset(&ignore.sa_mask);
  sigaction(SIGPIPE, &ignore, nullptr);
}

std::atomic<bool>& stop_flag() { return stop; }
int stop_signal() { return last_signal.load(); }

}  // namespace sigrun::cli
