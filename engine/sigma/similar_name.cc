#include "sigma/similar_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace sigrun::sigma {
namespace {

constexpr size_t longest_compared = 32, longest_name = 128;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

}  // namespace

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before, above(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(above, row);
  }
  return above[b.size()];
}

std::string_view similar_key(std::string_view key, std::span<const std::string_view> known) {
  if (key.size() > longest_compared || std::find(known.begin(), known.end(), key) != known.end()) return {};
  const std::string lower = lower_case(key);
  std::string_view best;
  size_t best_distance = longest_compared;
  for (std::string_view name : known) {
    const size_t allowed = name.size() < 4 ? 0 : name.size() < 6 ? 1 : 2;
    const size_t distance = edit_distance(lower, name);
    if (distance <= allowed && distance < best_distance) best = name, best_distance = distance;
  }
  return best;
}

std::string_view similar_name(std::string_view name, std::span<const std::string_view> known) {
  if (name.size() > longest_name) return {};
  const std::string lower = lower_case(name);
  std::string_view best;
  size_t best_distance = SIZE_MAX;
  for (std::string_view other : known) {
    if (other.size() > longest_name || other == name) continue;
    const size_t shorter = std::min(name.size(), other.size()), longer = std::max(name.size(), other.size());
    const size_t allowed = shorter < 4 ? 0 : shorter < 6 ? 1 : 2;
    if (longer - shorter > allowed) continue;
    const size_t distance = edit_distance(lower, lower_case(other));
    if (distance <= allowed && distance < best_distance) best = other, best_distance = distance;
  }
  return best;
}

void warn_of_misspelt_keys(const YamlNode& map, std::span<const std::string_view> known,
                           DiagnosticSink& sink) {
  for (const YamlEntry& entry : map.entries)
    if (std::string_view meant = similar_key(entry.key, known); !meant.empty())
      warn_of_misspelt_key(entry.key, entry.key_mark, meant, sink);
}

void warn_of_misspelt_key(std::string_view key, Mark mark, std::string_view meant, DiagnosticSink& sink) {
  sink.warning(mark, fmt::format("unknown key '{}'; did you mean {}?", key, meant));
}

}  // namespace sigrun::sigma
