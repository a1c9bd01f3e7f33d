// The texts of timelines, read and written.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "differential/correlation_timelines.h"
#include "support/rule_fixture.h"

namespace sigrun::differential {
namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

std::vector<std::string> lines_of(const std::string& text) { return split(trimmed_lines(text), '\n'); }

std::string join(const std::vector<std::string>& parts, const char* between) {
  return fmt::format("{}", fmt::join(parts, between));
}

std::string seconds(int64_t nanoseconds) {
  std::string text =
      fmt::format("{}{}.{:09}", nanoseconds < 0 ? "-" : "", std::abs(nanoseconds) / 1'000'000'000,
                  std::abs(nanoseconds) % 1'000'000'000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::string trimmed_lines(const std::string& lines) {
  std::string out;
  for (std::string line : split(lines, '\n')) {
    line.erase(0, line.find_first_not_of(' '));
    line.erase(line.find_last_not_of(' ') + 1);
    if (!line.empty()) out += line + '\n';
  }
  return out;
}

sigma::RuleSet correlation_rules(const std::string& lines) {
  std::string yaml;
  for (const char* name : {"a", "b", "c", "d"})
    yaml += fmt::format(
        "title: {0}\nname: {0}\nlogsource: {{product: test}}\ndetection: {{s: {{rule: {0}}}, condition: "
        "s}}\n---\n",
        name);
  for (const std::string& line : lines_of(lines)) {
    const size_t colon = line.find(':');
    yaml += fmt::format("title: {0}\nname: {0}\ncorrelation: {1}\n---\n", line.substr(0, colon),
                        line.substr(colon + 1));
  }
  yaml.resize(yaml.size() - 4);
  return test::rules_of(yaml);
}

int64_t nanoseconds(const std::string& text) {
  const bool negative = text[0] == '-';
  std::vector<std::string> parts = split(text.substr(negative ? 1 : 0), '.');
  int64_t whole = std::strtoll(parts[0].c_str(), nullptr, 10) * 1'000'000'000;
  if (parts.size() > 1) {
    parts[1].resize(9, '0');
    whole += std::strtoll(parts[1].c_str(), nullptr, 10);
  }
  return negative ? -whole : whole;
}

std::vector<naive::RuleEvent> read_events(const std::string& text) {
  std::vector<naive::RuleEvent> events;
  for (const std::string& line : lines_of(text)) {
    std::vector<std::string> words = split(line, ' ');
    naive::RuleEvent event;
    event.time = nanoseconds(words[0]);
    for (size_t i = 2; i < words.size(); ++i) {
      if (words[i].empty()) continue;
      const size_t equals = words[i].find('=');
      event.fields[words[i].substr(0, equals)] = split(words[i].substr(equals + 1), '|');
    }
    for (const std::string& rule : split(words[1], '+')) {
      event.rule = static_cast<size_t>(rule[0] - 'a');
      events.push_back(event);
    }
  }
  return events;
}

std::string to_text(const std::vector<naive::CanonicalAlert>& alerts, const sigma::RuleSet& rules) {
  std::string out;
  for (const naive::CanonicalAlert& alert : alerts)
    out += fmt::format("{} {} {} value={} events={} from={}\n", seconds(alert.time),
                       rules.correlations[alert.correlation].header.name,
                       alert.group.empty() ? "-" : join(alert.group, ","), alert.value, alert.events,
                       seconds(alert.from));
  return out;
}

std::string to_text(const std::vector<naive::RuleEvent>& events) {
  std::string out;
  for (const naive::RuleEvent& event : events) {
    out += fmt::format("{} {}", seconds(event.time), static_cast<char>('a' + event.rule));
    for (const auto& [name, values] : event.fields) out += fmt::format(" {}={}", name, join(values, "|"));
    out += '\n';
  }
  return out;
}

}  // namespace sigrun::differential
