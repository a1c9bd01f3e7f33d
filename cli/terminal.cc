#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "support/utf8.h"

namespace sigrun::cli {
namespace {

bool is_hidden_or_reordering(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F || c == 0x2028 ||
         c == 0x2029 || (c >= 0x202A && c <= 0x202E) || c == 0x200B || (c >= 0x2060 && c <= 0x206F) ||
         c == 0xFEFF || (c >= 0xE0000 && c <= 0xE0FFF);
}

size_t code_point_width(char32_t c) {
  if ((c >= 0x0300 && c <= 0x036F) || (c >= 0x200B && c <= 0x200D) || (c >= 0x20D0 && c <= 0x20FF) ||
      (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xFE20 && c <= 0xFE2F))
    return 0;
  if ((c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
      (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
      (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD))
    return 2;
  return 1;
}

}  // namespace

bool is_terminal(int fd) { return isatty(fd) == 1; }

size_t terminal_width(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  if (const char* columns = std::getenv("COLUMNS")) {
    const long value = std::strtol(columns, nullptr, 10);
    if (value > 0 && value <= 10'000) return static_cast<size_t>(value);
  }
  return 120;
}

bool wants_colour(int fd) {
  if (const char* no_color = std::getenv("NO_COLOR"); no_color && *no_color) return false;
  if (const char* term = std::getenv("TERM"); term && std::string_view(term) == "dumb") return false;
  return is_terminal(fd);
}

std::string printable(std::string_view text) {
  const std::string valid = repair_utf8(text);
  std::string out;
  out.reserve(valid.size());
  for (size_t at = 0; at < valid.size();) {
    const char32_t c = next_code_point(valid, at);
    if (!is_hidden_or_reordering(c))
      append_code_point(c, out);
    else if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else if (c == '\t')
      out += "\\t";
    else if (c < 0x100)
      out += fmt::format("\\x{:02x}", static_cast<uint32_t>(c));
    else
      out += fmt::format("\\u{{{:04x}}}", static_cast<uint32_t>(c));
  }
  return out;
}

size_t display_width(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) width += code_point_width(next_code_point(text, at));
  return width;
}

std::string cut_to_width(std::string_view text, size_t width, Cut cut) {
  if (width == 0) return {};
  size_t total = display_width(text);
  if (total <= width) return std::string(text);
  size_t at = 0;
  if (cut == Cut::end) {
    for (size_t used = 0; at < text.size();) {
      size_t next = at;
      used += code_point_width(next_code_point(text, next));
      if (used > width - 1) break;
      at = next;
    }
    return std::string(text.substr(0, at)) + "…";
  }
  while (total > width - 1) total -= code_point_width(next_code_point(text, at));
  return "…" + std::string(text.substr(at));
}

std::string pad_to_width(std::string_view text, size_t width, Cut cut) {
  std::string out = cut_to_width(text, width, cut);
  const size_t used = display_width(out);
  if (used < width) out.append(width - used, ' ');
  return out;
}

std::string group_digits(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string counted(uint64_t number, std::string_view noun) {
  return group_digits(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

void say(std::string_view message) {
  std::string out;
  for (size_t begin = 0; begin <= message.size();) {
    const size_t end = std::min(message.find('\n', begin), message.size());
    out += printable(message.substr(begin, end - begin));
    out += '\n';
    begin = end + 1;
  }
  // Nobody is left to tell when standard error fails.
  (void)!fwrite(out.data(), 1, out.size(), stderr);
}

}  // namespace sigrun::cli
