#include "log.h"

#include <cstdio>

#include "host.h"

namespace sigrun::fluentbit {

void log_line(LogLevel level, const std::string& text) noexcept {
  if (flb_log_print) {
    flb_log_print(static_cast<int>(level), nullptr, 0, "[sigrun] %s", text.c_str());
    return;
  }
  static const char* const names[] = {"", "error", " warn", " info"};
  std::fprintf(stderr, "[%s] [sigrun] %s\n", names[static_cast<int>(level)], text.c_str());
}

}  // namespace sigrun::fluentbit
