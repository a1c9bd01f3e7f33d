#include "sigma/analytic_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

#include "sigma/similar_name.h"
#include "sigma/timespan.h"

namespace sigrun::sigma {
namespace {

constexpr std::string_view type_names[] = {"deviation", "novelty", "burst"};  // in the enumeration's order

enum Types : unsigned {
  deviation = 1u << static_cast<unsigned>(AnalyticType::deviation),
  novelty = 1u << static_cast<unsigned>(AnalyticType::novelty),
  burst = 1u << static_cast<unsigned>(AnalyticType::burst),
  all = 0xFFFFFFFF,
};

// Every key, and the types that it means something to.
struct Key {
  std::string_view name;
  unsigned types;
};
constexpr Key known_keys[] = {
    {"type", all},
    {"condition", all},
    {"score", all},
    {"budget", all},
    {"mode", all},
    {"history", all},
    {"warmup", all},
    {"every", deviation | burst},
    {"cold", novelty},
    {"of", novelty | burst},
    {"per", novelty},
    {"across", novelty},
    {"share", novelty},
    {"returning", novelty},
    {"baseline", deviation},
    {"season", deviation},
    {"direction", deviation},
};

// Decimal text, finite. An exponent is allowed: thresholds of bytes are written as 1e9.
std::optional<double> number_of(const YamlNode& node) {
  double number = 0;
  const char* end = node.text.data() + node.text.size();
  if (!node.is_scalar() || node.text.empty()) return {};
  const auto [at, problem] = std::from_chars(node.text.data(), end, number);
  if (problem != std::errc() || at != end || !std::isfinite(number)) return {};
  return number;
}

class Reader {
 public:
  Reader(const YamlEntry& block, bool has_floor, DiagnosticSink& sink)
      : block_(block), has_floor_(has_floor), sink_(sink) {}

  std::optional<Analytic> read() {
    if (!block_.value.is_map()) {
      fail(block_.key_mark, "analytic must be a map: {type: novelty, of: [User, Host], per: [User]}");
      return {};
    }
    read_.mark = block_.key_mark;
    if (!read_type()) return {};
    bool good = true;
    for (const YamlEntry& entry : block_.value.entries) good = check_key(entry) && read_key(entry) && good;
    if (!good || !check_needs()) return {};
    return std::move(read_);
  }

 private:
  bool fail(Mark mark, std::string message) {
    sink_.error(mark, std::move(message));
    return false;
  }

  bool read_type() {
    const YamlEntry* entry = block_.value.find_entry("type");
    if (!entry)
      return fail(block_.key_mark,
                  fmt::format("the analytic has no type; write one of {}", fmt::join(type_names, ", ")));
    const auto known = std::find(std::begin(type_names), std::end(type_names), entry->value.text);
    if (!entry->value.is_scalar() || known == std::end(type_names)) {
      const std::string_view meant = similar_key(entry->value.text, type_names);
      return fail(entry->value.mark, meant.empty()
                                         ? fmt::format("unknown analytic type '{}'; write one of {}",
                                                       entry->value.text, fmt::join(type_names, ", "))
                                         : fmt::format("unknown analytic type '{}'; did you mean {}?",
                                                       entry->value.text, meant));
    }
    read_.type = static_cast<AnalyticType>(known - std::begin(type_names));
    return true;
  }

  bool check_key(const YamlEntry& entry) {
    const auto known = std::find_if(std::begin(known_keys), std::end(known_keys),
                                    [&](const Key& key) { return key.name == entry.key; });
    const std::string_view type = analytic_type_name(read_.type);
    if (known != std::end(known_keys)) {
      if (known->types & 1u << static_cast<unsigned>(read_.type)) return true;
      return fail(entry.key_mark, fmt::format("{} means nothing to an analytic of the type {}; leave it out",
                                              entry.key, type));
    }
    std::vector<std::string_view> names;
    for (const Key& key : known_keys)
      if (key.types & 1u << static_cast<unsigned>(read_.type)) names.push_back(key.name);
    const std::string_view meant = similar_key(entry.key, names);
    return fail(entry.key_mark,
                meant.empty()
                    ? fmt::format("unknown key '{}'; {} knows {}", entry.key, type, fmt::join(names, ", "))
                    : fmt::format("unknown key '{}'; did you mean {}?", entry.key, meant));
  }

  bool read_key(const YamlEntry& entry) {
    const std::string_view key = entry.key;
    if (key == "type") return true;
    if (key == "condition") return read_bounds(entry, read_.condition);
    if (key == "score") return read_score(entry);
    if (key == "budget") return read_budget(entry);
    if (key == "mode")
      return read_choice(entry, {"alert", "shadow"}, [&](size_t i) { read_.shadow = i == 1; });
    if (key == "history") return read_span(entry, read_.history);
    if (key == "warmup") return read_span(entry, read_.warmup.emplace());
    if (key == "every") return read_span(entry, read_.every.emplace());
    if (key == "returning") return read_span(entry, read_.returning.emplace());
    if (key == "cold")
      return read_choice(entry, {"silent", "alert"},
                         [&](size_t i) { read_.cold = static_cast<ColdStart>(i); });
    if (key == "season")
      return read_choice(entry, {"none", "hour-of-day", "hour-of-week"},
                         [&](size_t i) { read_.season = static_cast<Season>(i); });
    if (key == "direction")
      return read_choice(entry, {"up", "down", "both"},
                         [&](size_t i) { read_.direction = static_cast<Direction>(i); });
    if (key == "of") return read_fields(entry, read_.of);
    if (key == "per") return read_fields(entry, read_.per);
    if (key == "across") return read_fields(entry, read_.across);
    if (key == "share") return read_share(entry);
    return read_baseline(entry);
  }

  bool read_bounds(const YamlEntry& entry, NumberBounds& bounds) {
    if (!entry.value.is_map() || entry.value.entries.empty())
      return fail(entry.key_mark, fmt::format("{} must be a map such as {{gte: 4}}", entry.key));
    for (const YamlEntry& bound : entry.value.entries) {
      const auto order = parse_count_order(bound.key);
      if (!order)
        return fail(bound.key_mark,
                    fmt::format("unknown operator '{}'; write gt, gte, lt, lte, eq or neq", bound.key));
      const auto number = number_of(bound.value);
      if (!number) return fail(bound.value.mark, fmt::format("'{}' needs a number", bound.key));
      bounds.push_back({*order, *number});
    }
    return true;
  }

  bool read_score(const YamlEntry& entry) {
    if (!read_bounds(entry, read_.score)) return false;
    for (const NumberBound& bound : read_.score)
      if (bound.number < 0 || bound.number > 100)
        return fail(entry.key_mark, "a score lies between 0 and 100");
    return true;
  }

  // "5/d": alerts a day.
  bool read_budget(const YamlEntry& entry) {
    std::string_view text = entry.value.is_scalar() ? std::string_view(entry.value.text) : "";
    YamlNode number = entry.value;
    if (text.ends_with("/d")) number.text = text.substr(0, text.size() - 2);
    read_.budget = text.ends_with("/d") ? number_of(number) : std::nullopt;
    if (!read_.budget || *read_.budget <= 0)
      return fail(entry.value.mark, "budget is a number of alerts a day: write for example budget: 5/d");
    return true;
  }

  template <class Take>
  bool read_choice(const YamlEntry& entry, std::initializer_list<std::string_view> choices, Take&& take) {
    for (size_t i = 0; i < choices.size(); ++i)
      if (entry.value.is_scalar() && choices.begin()[i] == entry.value.text) return take(i), true;
    return fail(entry.value.mark, fmt::format("{} is one of {}", entry.key, fmt::join(choices, ", ")));
  }

  bool read_span(const YamlEntry& entry, uint64_t& span) {
    // The calendar of keyed state counts in nanoseconds.
    constexpr uint64_t most = uint64_t{100} * 366 * 86400;
    span = entry.value.is_scalar() ? parse_timespan(entry.value.text) : 0;
    if (span == 0)
      return fail(entry.value.mark,
                  fmt::format("'{}' is no timespan; write a whole number from 1 and a unit: s, m, h, d, w, "
                              "M or y",
                              entry.value.text));
    if (span > most) return fail(entry.value.mark, fmt::format("{} may be 100 years at most", entry.key));
    return true;
  }

  bool read_fields(const YamlEntry& entry, std::vector<std::string>& fields) {
    if (entry.value.is_text() && !entry.value.text.empty()) fields.push_back(entry.value.text);
    for (const YamlNode& item : entry.value.items) {
      if (!item.is_text() || item.text.empty())
        return fail(item.mark, fmt::format("{} must be a list of field names", entry.key));
      if (std::find(fields.begin(), fields.end(), item.text) != fields.end())
        return fail(item.mark, fmt::format("{} names '{}' twice", entry.key, item.text));
      fields.push_back(item.text);
    }
    if (fields.empty())
      return fail(entry.key_mark, fmt::format("{} must be a field name or a list of them", entry.key));
    return true;
  }

  bool read_share(const YamlEntry& entry) {
    read_.share = number_of(entry.value);
    if (read_.share && *read_.share > 0 && *read_.share < 1) return true;
    return fail(entry.value.mark, "share is a part of 1: write for example share: 0.001");
  }

  bool read_baseline(const YamlEntry& entry) {
    if (entry.value.is_text() && entry.value.text == "self") return true;
    return fail(entry.value.mark, "baseline is self: what is usual for the entity itself");
  }

  // What a type cannot do without.
  bool check_needs() {
    const auto needs = [&](bool there, std::string_view what) {
      return there || fail(block_.key_mark, fmt::format("{} needs {}", analytic_type_name(read_.type), what));
    };
    const auto needs_floor = [&] {
      return has_floor_ ||
             fail(block_.key_mark,
                  fmt::format("{} narrows a correlation: write it beside correlation:, not detection:",
                              analytic_type_name(read_.type)));
    };
    const bool judged = !read_.condition.empty() || !read_.score.empty() || read_.budget;
    if (read_.budget && !read_.score.empty())
      return fail(block_.key_mark, "budget stands for a score: leave one of the two out");
    switch (read_.type) {
      case AnalyticType::deviation:
        return needs_floor() &&
               needs(judged, "a condition: {gte: 4}, in standard deviations, a score or a budget");
      case AnalyticType::novelty:
        if (!read_.across.empty() && !read_.per.empty())
          return fail(block_.key_mark, "across counts who has the value: per means nothing beside it");
        return needs(!read_.of.empty(), "of: the fields whose values are new") &&
               needs(read_.across.empty() || judged, "a condition for across: {lte: 2}");
      case AnalyticType::burst:
        return needs(!read_.of.empty(),
                     "of: the fields of the edge, for example [source.ip, destination.ip]") &&
               needs(judged, "a condition, a score or a budget");
    }
    return true;
  }

  const YamlEntry& block_;
  bool has_floor_;
  DiagnosticSink& sink_;
  Analytic read_;
};

}  // namespace

std::string_view analytic_type_name(AnalyticType type) { return type_names[static_cast<size_t>(type)]; }

std::optional<Analytic> read_analytic(const YamlEntry& block, bool has_floor, DiagnosticSink& sink) {
  return Reader(block, has_floor, sink).read();
}

}  // namespace sigrun::sigma
