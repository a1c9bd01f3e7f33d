#include "config/value_reader.h"

#include <fmt/format.h>

#include <charconv>
#include <span>
#include <system_error>

#include "support/quantity.h"

namespace sigrun {
namespace {

using sigma::YamlEntry;
using sigma::YamlNode;

// The value itself where it is short to say.
std::string said_as(const YamlNode& value) {
  if (!value.is_scalar() || value.is_null()) return std::string(kind_name(value.kind));
  return value.text.empty() ? "an empty text" : fmt::format("'{}'", value.text);
}

bool is_filled(const YamlNode& value) { return value.is_scalar() && !value.is_null() && !value.text.empty(); }

// An empty value has no place of its own.
Mark place_of(const YamlNode& value, const YamlEntry& entry) {
  return value.is_null() ? entry.key_mark : value.mark;
}

std::optional<uint64_t> parse_count(std::string_view text) {
  uint64_t count = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || stop != text.data() + text.size()) return {};
  return count;
}

std::optional<uint64_t> parse_amount(std::string_view text, Amount::Unit unit) {
  switch (unit) {
    case Amount::Unit::bytes: return parse_bytes(text);
    case Amount::Unit::count: return parse_count(text);
    case Amount::Unit::span: break;
  }
  const auto span = parse_span(text);
  if (!span) return {};
  return static_cast<uint64_t>(*span);
}

std::string_view description(Amount::Unit unit) {
  switch (unit) {
    case Amount::Unit::bytes: return "a whole number of bytes such as 64KiB or 16MiB";
    case Amount::Unit::count: return "a whole number such as 100000";
    case Amount::Unit::span: break;
  }
  return "a whole number with a unit such as 250ms, 60s or 2m";
}

}  // namespace

std::string Amount::written(uint64_t value) const {
  switch (unit) {
    case Unit::bytes: return format_bytes(value);
    case Unit::span: return format_span(static_cast<int64_t>(value));
    case Unit::count: break;
  }
  return std::to_string(value);
}

void ValueReader::refuse(const YamlEntry& entry, std::string_view what) {
  sink_.error(place_of(entry.value, entry),
              fmt::format("{} must be {}; this is {}", entry.key, what, said_as(entry.value)));
}

const std::string* ValueReader::text(const YamlEntry& entry, std::string_view what) {
  if (is_filled(entry.value)) return &entry.value.text;
  refuse(entry, what);
  return nullptr;
}

std::vector<std::string> ValueReader::texts(const YamlEntry& entry, std::string_view what) {
  std::vector<std::string> texts;
  std::span<const YamlNode> items(&entry.value, 1);
  if (entry.value.is_sequence()) items = entry.value.items;
  if (items.empty() || entry.value.is_null()) {
    sink_.error(entry.key_mark, fmt::format("{} names nothing; write {} or a list of them, or leave {} out",
                                            entry.key, what, entry.key));
  }
  for (const YamlNode& item : items) {
    if (is_filled(item))
      texts.push_back(item.text);
    else if (!entry.value.is_null())
      sink_.error(place_of(item, entry),
                  fmt::format("{} must be {} or a list of them; this is {}", entry.key, what, said_as(item)));
  }
  return texts;
}

std::optional<uint64_t> ValueReader::amount(const YamlEntry& entry, const Amount& bounds) {
  const std::string* written = text(entry, description(bounds.unit));
  if (!written) return {};
  const auto value = parse_amount(*written, bounds.unit);
  if (!value) {
    refuse(entry, description(bounds.unit));
  } else if (*value < bounds.least || *value > bounds.most) {
    sink_.error(entry.value.mark,
                fmt::format("{} is {}; write at least {} and at most {}", entry.key, *written,
                            bounds.written(bounds.least), bounds.written(bounds.most)));
  } else if (*value % bounds.step != 0) {
    sink_.error(entry.value.mark, fmt::format("{} is {}; write a multiple of {}", entry.key, *written,
                                              bounds.written(bounds.step)));
  } else {
    return value;
  }
  return {};
}

}  // namespace sigrun
