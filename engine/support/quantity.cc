#include "support/quantity.h"

#include <fmt/format.h>

#include <charconv>
#include <span>
#include <system_error>

namespace sigrun {
namespace {

struct Unit {
  std::string_view name;
  uint64_t size;
};

// Those that format_ functions choose from come first, the largest in front.
constexpr uint64_t kibi = 1024;
constexpr Unit byte_units[] = {{"TiB", kibi* kibi* kibi* kibi},
                               {"GiB", kibi* kibi* kibi},
                               {"MiB", kibi* kibi},
                               {"KiB", kibi},
                               {"B", 1},
                               {"TB", 1'000'000'000'000},
                               {"GB", 1'000'000'000},
                               {"MB", 1'000'000},
                               {"kB", 1'000},
                               {"KB", 1'000}};
constexpr size_t binary_units = 5;
constexpr uint64_t second = 1'000'000'000;
constexpr Unit span_units[] = {
    {"d", 86'400 * second}, {"h", 3'600 * second}, {"m", 60 * second}, {"s", second},
    {"ms", 1'000'000},      {"us", 1'000},         {"ns", 1}};

// Empty where the text is no number with one of these units, or too large for `most`.
std::optional<uint64_t> parse(std::string_view text, std::span<const Unit> units, uint64_t without_unit,
                              uint64_t most) {
  uint64_t count = 0;
  const char* const end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc()) return {};
  std::string_view name(stop, static_cast<size_t>(end - stop));
  uint64_t size = without_unit;
  if (!name.empty()) {
    if (name.front() == ' ') name.remove_prefix(1);
    size = 0;
    for (const Unit& unit : units)
      if (unit.name == name) size = unit.size;
  }
  if (size == 0 && (count != 0 || !name.empty())) return {};
  if (size != 0 && count > most / size) return {};
  return count * size;
}

std::string format(uint64_t amount, std::span<const Unit> units) {
  for (const Unit& unit : units)
    if (amount != 0 && amount % unit.size == 0) return fmt::format("{} {}", amount / unit.size, unit.name);
  return "0";
}

}  // namespace

std::optional<uint64_t> parse_bytes(std::string_view text) { return parse(text, byte_units, 1, UINT64_MAX); }

std::optional<int64_t> parse_span(std::string_view text) {
  const auto span = parse(text, span_units, 0, INT64_MAX);
  if (!span) return {};
  return static_cast<int64_t>(*span);
}

std::optional<int64_t> parse_zone(std::string_view text) {
  if (text == "UTC" || text == "Z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return {};
  const auto digit = [&](size_t at) { return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : 1'000; };
  const int hours = digit(1) * 10 + digit(2), minutes = digit(4) * 10 + digit(5);
  if (hours >= 15 || minutes >= 60) return {};
  return (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

std::string format_bytes(uint64_t bytes) { return format(bytes, std::span(byte_units).first(binary_units)); }
std::string format_span(int64_t nanoseconds) {
  return format(static_cast<uint64_t>(nanoseconds), span_units);
}

}  // namespace sigrun
