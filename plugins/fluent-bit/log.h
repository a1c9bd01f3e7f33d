// Messages in the host's log. Any thread that has 16 KiB of stack: not within filter callbacks, which may run
// on a coroutine's; those leave counters behind, and the keeper (shared_engine.h) says them.
#pragma once

#include <string>

namespace sigrun::fluentbit {

enum class LogLevel : int { error = 1, warning = 2, info = 3 };

void log_line(LogLevel level, const std::string& text) noexcept;

}  // namespace sigrun::fluentbit
