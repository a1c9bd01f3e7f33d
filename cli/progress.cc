#include "cli/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "cli/terminal.h"

namespace sigrun::cli {

std::string progress_line(uint64_t consumed, uint64_t total, uint64_t events, uint64_t alerts, double seconds,
                          size_t width) {
  const double rate = seconds > 0 ? static_cast<double>(events) / seconds : 0;
  std::string line;
  if (total > 0) {
    const double share = std::min(1.0, static_cast<double>(consumed) / static_cast<double>(total));
    const size_t filled = static_cast<size_t>(share * 20);
    line = fmt::format("[{}{}] {:3.0f} %  ", std::string(filled, '#'), std::string(20 - filled, '.'),
                       share * 100);
  }
  line += fmt::format("{}  {}/s  {}", counted(events, "event"), group_digits(static_cast<uint64_t>(rate)),
                      counted(alerts, "alert"));
  return cut_to_width(line, width > 1 ? width - 1 : 1);
}

void Progress::update(uint64_t consumed, uint64_t total, uint64_t events, uint64_t alerts) {
  const auto now = Clock::now();
  if (!enabled_ || now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  const double seconds = std::chrono::duration<double>(now - started_).count();
  const std::string line =
      "\r" + progress_line(consumed, total, events, alerts, seconds, terminal_width(2)) + "\x1b[K";
  shown_ = fwrite(line.data(), 1, line.size(), stderr) == line.size();
  fflush(stderr);
}

void Progress::clear() {
  if (!shown_) return;
  fputs("\r\x1b[K", stderr);
  fflush(stderr);
  shown_ = false;
}

}  // namespace sigrun::cli
