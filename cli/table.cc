#include "cli/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/terminal.h"

namespace sigrun::cli {
namespace {

constexpr size_t time_width = 19;  // 2026-11-20 09:12:44
constexpr size_t level_width = 8;  // critical
constexpr size_t gap = 2;
constexpr size_t narrowest = 60;      // a table has to break lines below this
constexpr size_t shortest_value = 8;  // less of a value says nothing
constexpr size_t source_from = 90;    // narrower tables leave the source out

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Where the longest literal piece of a pattern stands in a value, or npos.
size_t find_literal(const std::string& value, const std::string& pattern) {
  std::string longest, piece;
  for (char c : pattern + "*") {
    if (c != '*' && c != '?')
      piece += c;
    else {
      if (piece.size() > longest.size()) longest = piece;
      piece.clear();
    }
  }
  if (longest.empty()) return std::string::npos;
  const auto found = std::search(value.begin(), value.end(), longest.begin(), longest.end(),
                                 [](char a, char b) { return lower(a) == lower(b); });
  return found == value.end() ? std::string::npos : static_cast<size_t>(found - value.begin());
}

// The value in at most `width` columns, with the place that matched kept in sight.
std::string shorten_around_match(const Match& match, size_t width) {
  const std::string value = printable(match.value.text());
  if (display_width(value) <= width) return value;
  if (width < shortest_value) return cut_to_width(value, width);
  if (match.modifier.find("endswith") != std::string::npos) return cut_to_width(value, width, Cut::front);
  const std::string pattern = printable(match.pattern);
  const size_t at = match.modifier.find("re") == 0 ? std::string::npos : find_literal(value, pattern);
  if (at == std::string::npos || at + pattern.size() < width) return cut_to_width(value, width);
  // Some context in front, beginning at a code point.
  size_t begin = at > width / 4 ? at - width / 4 : 0;
  while (begin > 0 && (static_cast<unsigned char>(value[begin]) & 0xC0) == 0x80) --begin;
  return begin == 0 ? cut_to_width(value, width) : cut_to_width("…" + value.substr(begin), width);
}

// Each field and value once; those without text, which say least, at the end.
std::vector<const Match*> telling_order(const std::vector<Match>& matches) {
  std::vector<const Match*> order;
  for (const Match& match : matches) {
    const bool known = std::any_of(order.begin(), order.end(), [&](const Match* other) {
      return other->field == match.field && other->value == match.value;
    });
    if (!known) order.push_back(&match);
  }
  std::stable_partition(order.begin(), order.end(), [](const Match* match) { return !match->value.empty(); });
  return order;
}

// In the largest unit that tells it well: "40s", "3.5m", "2h".
std::string short_span(int64_t nanoseconds) {
  const double seconds = static_cast<double>(nanoseconds) / 1e9;
  if (seconds < 120) return fmt::format("{:.3g}s", seconds);
  if (seconds < 7200) return fmt::format("{:.3g}m", seconds / 60);
  return seconds < 172'800 ? fmt::format("{:.3g}h", seconds / 3600)
                           : fmt::format("{:.3g}d", seconds / 86'400);
}

std::string short_time(std::string_view time) {
  std::string text = printable(time.substr(0, time_width));
  if (text.size() > 10 && text[10] == 'T') text[10] = ' ';
  return text.empty() ? "-" : text;
}

// "user=alice ip=10.0.0.1: 12 in 40s" of a correlation: its group, what was counted, the span of its window.
std::string describe_firing(const Alert& alert) {
  const Firing& firing = *alert.firing;
  std::string text;
  for (size_t i = 0; i < firing.group.size() && i < alert.correlation->group_by.size(); ++i)
    text += (i > 0 ? " " : "") + printable(alert.correlation->group_by[i]) + "=" + printable(firing.group[i]);
  return text + fmt::format("{}{}{:.6g} in {}", text.empty() ? "" : ": ", firing.at_least ? "at least " : "",
                            firing.value, short_span(firing.time - firing.from));
}

std::string short_level(sigma::Level level) {
  if (level == sigma::Level::none) return "-";
  return level == sigma::Level::informational ? "info" : std::string(sigma::level_name(level));
}

}  // namespace

const char* level_colour(sigma::Level level) {
  switch (level) {
    case sigma::Level::critical: return "\x1b[1;97;41m";
    case sigma::Level::high: return "\x1b[1;31m";
    case sigma::Level::medium: return "\x1b[33m";
    case sigma::Level::low: return "\x1b[36m";
    case sigma::Level::informational: return "\x1b[2m";
    case sigma::Level::none: break;
  }
  return "";
}

std::string describe_matches(const std::vector<Match>& matches, size_t width) {
  const std::vector<const Match*> reasons = telling_order(matches);
  std::string out;
  size_t used = 0;
  const size_t each = reasons.size() > 1 ? std::max<size_t>(width / 2, 24) : width;
  for (size_t i = 0; i < reasons.size(); ++i) {
    const std::string name = reasons[i]->field.empty() ? "text" : printable(reasons[i]->field);
    const size_t name_width = display_width(name) + 1;
    const size_t separator = i == 0 ? 0 : 2;
    // All but the last leave room for the " +1" that may have to follow.
    const bool last = i + 1 == reasons.size();
    const size_t left = width - std::min(width, used + separator + (last ? 0 : 4));
    const size_t value_width = std::min(display_width(printable(reasons[i]->value.text())), shortest_value);
    if (i > 0 && name_width + value_width > left) {
      out += " +" + std::to_string(reasons.size() - i);
      break;
    }
    const size_t share = last ? left : std::min(left, each);
    std::string reason = cut_to_width(
        name + "=" + shorten_around_match(*reasons[i], share > name_width ? share - name_width : 1), share);
    used += separator + display_width(reason);
    out.append(separator, ' ');
    out += reason;
  }
  return out;
}

AlertTable::AlertTable(size_t width, bool colour) : colour_(colour) {
  width = std::max(width, narrowest);
  size_t rest = width - time_width - level_width - 3 * gap;
  source_width_ = width < source_from ? 0 : std::clamp<size_t>(width / 6, 16, 40);
  if (source_width_ > 0) rest -= source_width_ + gap;
  title_width_ = std::min<size_t>(rest * 9 / 20, 60);
  matched_width_ = rest - title_width_;
}

std::string AlertTable::line(const std::string& time, const std::string& level, const std::string& title,
                             const std::string& matched, const std::string& source) const {
  std::string out =
      time + std::string(gap, ' ') + level + std::string(gap, ' ') + title + std::string(gap, ' ') + matched;
  if (source_width_ > 0) out += std::string(gap, ' ') + source;
  out.erase(out.find_last_not_of(' ') + 1);
  return out + "\n";
}

std::string AlertTable::header() const {
  std::string text =
      line(pad_to_width("TIME (UTC)", time_width), pad_to_width("LEVEL", level_width),
           pad_to_width("RULE", title_width_), pad_to_width("WHAT MATCHED", matched_width_), "EVENT AT");
  if (!colour_) return text;
  text.pop_back();
  return "\x1b[1m" + text + colour_end + "\n";
}

std::string AlertTable::row(const Alert& alert) const {
  const bool health = alert.kind == AlertKind::health;
  const sigma::Level rule_level = health ? sigma::Level::none : alert.rule->level;
  std::string level = health ? "health" : short_level(rule_level);
  const size_t fill = level_width - std::min(level_width, level.size());
  if (const char* colour = colour_ ? level_colour(rule_level) : ""; *colour)
    level = colour + level + colour_end;
  level.append(fill, ' ');
  std::string source = printable(std::string(alert.file));
  if (alert.line > 0) source += ":" + std::to_string(alert.line);
  return line(pad_to_width(short_time(alert.time), time_width), level,
              pad_to_width(printable(alert.rule->title), title_width_),
              pad_to_width(health         ? printable(alert.message)
                           : alert.firing ? cut_to_width(describe_firing(alert), matched_width_)
                                          : describe_matches(alert.matches, matched_width_),
                           matched_width_),
              cut_to_width(source, source_width_, Cut::front));
}

}  // namespace sigrun::cli
