#include "cli/profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "cli/terminal.h"

namespace sigrun::cli {
namespace {

constexpr size_t narrowest = 80;  // a table has to break lines below this
constexpr size_t time_width = 10, share_width = 7, count_width = 12, each_width = 10, gap = 2;
constexpr size_t numbers_width = time_width + share_width + 2 * count_width + each_width + gap;

double percent(uint64_t part, uint64_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(std::max<uint64_t>(whole, 1));
}

std::string milliseconds(uint64_t nanoseconds) {
  return fmt::format("{:.1f}", static_cast<double>(nanoseconds) / 1e6);
}

std::string line(std::string_view time, std::string_view share, std::string_view candidates,
                 std::string_view hits, std::string_view each, const std::string& rest) {
  return fmt::format("{:>{}}{:>{}}{:>{}}{:>{}}{:>{}}{:{}}{}", time, time_width, share, share_width,
                     candidates, count_width, hits, count_width, each, each_width, "", gap, rest);
}

std::string row(const RuleCost& cost, uint64_t whole, const std::string& rest) {
  const double each = static_cast<double>(cost.nanoseconds) / 1e3 /
                      static_cast<double>(std::max<uint64_t>(cost.candidates, 1));
  return line(milliseconds(cost.nanoseconds), fmt::format("{:.1f} %", percent(cost.nanoseconds, whole)),
              group_digits(cost.candidates), group_digits(cost.hits), fmt::format("{:.2f}", each), rest);
}

std::string place(const RuleInfo& rule) { return printable(rule.file) + ":" + std::to_string(rule.line); }

}  // namespace

std::optional<size_t> parse_profile_rows(const std::string& text) {
  if (text == "all") return SIZE_MAX;
  size_t rows = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rows);
  if (error != std::errc() || end != text.data() + text.size() || rows == 0) return std::nullopt;
  return rows;
}

std::string format_profile(const RuleCosts& costs, const std::vector<std::shared_ptr<const RuleInfo>>& rules,
                           size_t rows, size_t width) {
  std::vector<size_t> order;
  uint64_t own = 0;
  for (size_t i = 0; i < costs.rules.size(); ++i) {
    own += costs.rules[i].nanoseconds;
    if (costs.rules[i].candidates > 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return costs.rules[a].nanoseconds > costs.rules[b].nanoseconds;
  });
  const size_t tried = order.size(), shown = std::min(rows, tried);
  const uint64_t whole = std::max(costs.nanoseconds, own);  // the parts may round to more

  const size_t rest_width = std::max(width, narrowest) - numbers_width;
  const size_t title_width = (rest_width - gap) * 3 / 5, place_width = rest_width - gap - title_width;
  std::string text = line("TIME ms", "SHARE", "CANDIDATES", "HITS", "us EACH",
                          pad_to_width("RULE", title_width) + std::string(gap, ' ') + "FILE");
  RuleCost others;
  for (size_t i = 0; i < tried; ++i) {
    const RuleCost& cost = costs.rules[order[i]];
    if (i >= shown) {
      others.candidates += cost.candidates;
      others.hits += cost.hits;
      others.nanoseconds += cost.nanoseconds;
      continue;
    }
    const RuleInfo& rule = *rules[order[i]];
    text += "\n" + row(cost, whole,
                       pad_to_width(printable(rule.title), title_width) + std::string(gap, ' ') +
                           cut_to_width(place(rule), place_width, Cut::front));
  }
  if (tried > shown) text += "\n" + row(others, whole, counted(tried - shown, "other rule"));
  text += "\n" + line(milliseconds(whole - own), fmt::format("{:.1f} %", percent(whole - own, whole)), "-",
                      "-", "-", "shared: reading events, finding candidates, writing alerts");
  text += fmt::format("\n{} of {} tried on at least one event; {} ms in all", group_digits(tried),
                      counted(costs.rules.size(), "rule"), milliseconds(whole));
  return text;
}

}  // namespace sigrun::cli
