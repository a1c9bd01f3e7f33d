#include "sigma/header_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "sigma/similar_name.h"
#include "support/utf8.h"

namespace sigrun::sigma {
namespace {

constexpr std::array<std::string_view, 6> level_names = {"",       "informational", "low",
                                                         "medium", "high",          "critical"};
constexpr std::array<std::string_view, 6> status_names = {"",     "unsupported", "deprecated", "experimental",
                                                          "test", "stable"};

// Keys with a meaning of their own; everything else is a custom attribute.
constexpr std::string_view known_keys[] = {"title",
                                           "id",
                                           "name",
                                           "related",
                                           "taxonomy",
                                           "status",
                                           "description",
                                           "license",
                                           "author",
                                           "references",
                                           "date",
                                           "modified",
                                           "fields",
                                           "falsepositives",
                                           "level",
                                           "tags",
                                           "scope",
                                           "logsource",
                                           "detection",
                                           "correlation",
                                           "filter",
                                           "tests",
                                           "regression_tests_path",
                                           "simulation",
                                           "generate",
                                           "reset",
                                           "action"};

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

// YYYY-MM-DD or YYYY/MM/DD, a day that the month has.
bool is_date(std::string_view text) {
  if (text.size() != 10 || (text[4] != '-' && text[4] != '/') || text[7] != text[4]) return false;
  auto number = [&](size_t at, size_t length) {
    int value = 0;
    for (size_t i = at; i < at + length; ++i) {
      if (text[i] < '0' || text[i] > '9') return -1;
      value = value * 10 + (text[i] - '0');
    }
    return value;
  };
  int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1) return false;
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return day <= days[static_cast<size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

std::string scalar_text(const YamlNode* node) {
  return node && node->is_scalar() ? node->text : std::string();
}

bool read_title(const YamlNode& document, const Limits& limits, DiagnosticSink& sink, RuleHeader& header) {
  const YamlEntry* title = document.find_entry("title");
  if (!title) {
    sink.error(document.mark, "the title is missing");
    return false;
  }
  if (!title->value.is_scalar() || title->value.text.find_first_not_of(" \t\n") == std::string::npos) {
    sink.error(title->key_mark, title->value.is_scalar() ? "the title is empty" : "the title must be text");
    return false;
  }
  header.title = title->value.text;
  if (count_code_points(header.title) > limits.title_characters) {
    sink.error(title->key_mark, fmt::format("the title has {} characters; at most {} are allowed",
                                            count_code_points(header.title), limits.title_characters));
    return false;
  }
  return true;
}

bool read_level(const YamlNode& document, DiagnosticSink& sink, RuleHeader& header) {
  const YamlEntry* entry = document.find_entry("level");
  if (!entry) return true;
  auto level = parse_level(scalar_text(&entry->value));
  if (!level) {
    sink.error(entry->key_mark,
               fmt::format("unknown level '{}'; write informational, low, medium, high or critical",
                           scalar_text(&entry->value)));
    return false;
  }
  header.level = *level;
  return true;
}

void read_tags(const YamlNode& document, DiagnosticSink& sink, RuleHeader& header) {
  const YamlNode* tags = document.find("tags");
  if (!tags || tags->is_null()) return;
  if (!tags->is_sequence()) {
    sink.warning(tags->mark, "tags must be a list; they are ignored");
    return;
  }
  for (const YamlNode& tag : tags->items) {
    if (tag.is_scalar() && tag.text.find('.') != std::string::npos)
      header.tags.push_back(tag.text);
    else
      sink.warning(tag.mark, fmt::format("the tag '{}' is not of the form namespace.value; it is ignored",
                                         scalar_text(&tag)));
  }
}

}  // namespace

std::string_view level_name(Level level) { return level_names[static_cast<size_t>(level)]; }
std::string_view status_name(Status status) { return status_names[static_cast<size_t>(status)]; }

std::optional<Level> parse_level(std::string_view text) {
  auto found = std::find(level_names.begin() + 1, level_names.end(), text);
  if (found == level_names.end()) return {};
  return static_cast<Level>(found - level_names.begin());
}

std::optional<Status> parse_status(std::string_view text) {
  auto found = std::find(status_names.begin() + 1, status_names.end(), text);
  if (found == status_names.end()) return {};
  return static_cast<Status>(found - status_names.begin());
}

bool LogSource::covers(const LogSource& other) const {
  return (product.empty() || product == other.product) && (category.empty() || category == other.category) &&
         (service.empty() || service == other.service);
}

std::string RuleHeader::identity() const {
  if (!id.empty()) return id;
  const std::string stem = std::filesystem::path(file).stem().string();
  if (number <= 1) return stem;
  return name.empty() ? fmt::format("{}#{}", stem, number) : fmt::format("{}#{}", stem, name);
}

bool LogSource::contradicts(const LogSource& other) const {
  auto differ = [](const std::string& a, const std::string& b) { return !a.empty() && !b.empty() && a != b; };
  return differ(product, other.product) || differ(category, other.category) || differ(service, other.service);
}

std::string LogSource::to_string() const {
  std::string text;
  auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, value);
  };
  add("product", product);
  add("category", category);
  add("service", service);
  return text;
}

std::optional<RuleHeader> read_header(const YamlNode& document, const Limits& limits, DiagnosticSink& sink) {
  RuleHeader header;
  header.file = sink.file();
  header.mark = document.mark;
  bool good = read_title(document, limits, sink, header);
  good = read_level(document, sink, header) && good;
  header.description = scalar_text(document.find("description"));
  header.taxonomy = scalar_text(document.find("taxonomy"));

  if (const YamlNode* author = document.find("author")) {
    header.author = scalar_text(author);
    for (const YamlNode& name : author->items)
      header.author += (header.author.empty() ? "" : ", ") + scalar_text(&name);
  }
  if (const YamlNode* id = document.find("id")) {
    header.id = scalar_text(id);
    if (!is_uuid(header.id)) sink.warning(id->mark, fmt::format("the id '{}' is no UUID", header.id));
  }
  if (const YamlEntry* name = document.find_entry("name")) {
    header.name = scalar_text(&name->value);
    if (header.name.empty()) {
      sink.error(name->key_mark, "the name must be text");
      good = false;
    }
  }
  if (const YamlNode* status = document.find("status")) {
    if (auto parsed = parse_status(scalar_text(status)))
      header.status = *parsed;
    else
      sink.warning(
          status->mark,
          fmt::format("unknown status '{}'; write stable, test, experimental, deprecated or unsupported",
                      scalar_text(status)));
  }
  for (std::string_view key : {"date", "modified"})
    if (const YamlNode* date = document.find(key); date && !is_date(scalar_text(date)))
      sink.warning(date->mark, fmt::format("'{}' is no date; write it as YYYY-MM-DD", scalar_text(date)));
  read_tags(document, sink, header);
  warn_of_misspelt_keys(document, known_keys, sink);
  for (const YamlEntry& entry : document.entries)
    if (entry.value.is_scalar() &&
        std::find(std::begin(known_keys), std::end(known_keys), entry.key) == std::end(known_keys))
      header.custom.emplace_back(entry.key, entry.value.text);
  if (!good) return {};
  return header;
}

std::optional<LogSource> read_logsource(const YamlNode& document, DiagnosticSink& sink) {
  const YamlEntry* entry = document.find_entry("logsource");
  if (!entry) {
    sink.error(document.mark,
               "the logsource is missing; write at least one of product, category and service");
    return {};
  }
  if (!entry->value.is_map()) {
    sink.error(entry->key_mark,
               fmt::format("the logsource must be a map with product, category or service, not {}",
                           kind_name(entry->value.kind)));
    return {};
  }
  constexpr std::string_view keys[] = {"product", "category", "service", "definition"};
  warn_of_misspelt_keys(entry->value, keys, sink);
  LogSource logsource;
  logsource.mark = entry->key_mark;
  bool good = true;
  auto read = [&](std::string_view key, std::string& target) {
    const YamlNode* node = entry->value.find(key);
    if (!node || node->is_null()) return;
    if (!node->is_scalar()) {
      sink.error(node->mark, fmt::format("{} must be text", key));
      good = false;
      return;
    }
    target = node->text;
    std::transform(target.begin(), target.end(), target.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (target != node->text)
      sink.warning(node->mark,
                   fmt::format("{} '{}' should be lower case; it is read as '{}'", key, node->text, target));
  };
  read("product", logsource.product);
  read("category", logsource.category);
  read("service", logsource.service);
  if (good && logsource == LogSource{}) {
    sink.error(entry->key_mark, "the logsource sets none of product, category and service");
    good = false;
  }
  if (!good) return {};
  return logsource;
}

}  // namespace sigrun::sigma
