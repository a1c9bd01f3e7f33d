#include "sigma/timespan.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace sigrun::sigma {

uint64_t parse_timespan(std::string_view text) {
  uint64_t count = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (problem == std::errc::invalid_argument || end + 1 != text.data() + text.size()) return 0;
  uint64_t unit = 0;
  switch (*end) {
    case 's': unit = 1; break;
    case 'm': unit = 60; break;
    case 'h': unit = 3600; break;
    case 'd': unit = 86400; break;
    case 'w': unit = 604800; break;
    case 'M': unit = 2629746; break;
    case 'y': unit = 31556952; break;
    default: return 0;
  }
  if (problem != std::errc() || count > UINT64_MAX / unit) return UINT64_MAX;
  return count * unit;
}

std::string meant_timespan(std::string_view text) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const size_t word = std::min(text.find_first_not_of(" \t", digits), text.size());
  std::string unit(text.substr(word));
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  constexpr std::pair<std::string_view, char> words[] = {{"second", 's'}, {"minute", 'm'}, {"hour", 'h'},
                                                         {"day", 'd'},    {"week", 'w'},   {"month", 'M'},
                                                         {"year", 'y'}};
  constexpr std::pair<std::string_view, char> short_words[] = {
      {"s", 's'}, {"sec", 's'}, {"secs", 's'}, {"m", 'm'}, {"min", 'm'}, {"mins", 'm'},
      {"h", 'h'}, {"hr", 'h'},  {"hrs", 'h'},  {"d", 'd'}, {"w", 'w'},   {"y", 'y'}};
  char letter = 0;
  for (const auto& [name, meant] : words)
    if (unit == name || (unit.starts_with(name) && unit.substr(name.size()) == "s")) letter = meant;
  for (const auto& [name, meant] : short_words)
    if (unit == name) letter = meant;
  if (digits == 0 || letter == 0) return {};
  return fmt::format("{}{}", text.substr(0, digits), letter);
}

}  // namespace sigrun::sigma
