#include "sigma/pipeline/parameters.h"

#include <fmt/format.h>

#include <algorithm>

namespace sigrun::sigma {

Parameters::Parameters(const YamlNode& map, std::string what, DiagnosticSink& sink)
    : map_(map), what_(std::move(what)), sink_(sink) {}

void Parameters::error(Mark mark, std::string_view message) {
  sink_.error(mark, fmt::format("{}: {}", what_, message));
  good_ = false;
}

void Parameters::refuse(std::string_view message) {
  sink_.error(map_.mark, fmt::format("{} {}", what_, message));
  good_ = false;
  for (const YamlEntry& entry : map_.entries) taken_.insert(entry.key);
}

Mark Parameters::mark_of(std::string_view key) const {
  const YamlEntry* entry = map_.find_entry(key);
  return entry ? entry->key_mark : map_.mark;
}

const YamlNode* Parameters::node(std::string_view key) {
  taken_.emplace(key);
  return map_.find(key);
}

const YamlNode* Parameters::required_node(std::string_view key) {
  const YamlNode* found = node(key);
  if (!found) error(map_.mark, fmt::format("'{}' is missing", key));
  return found;
}

std::optional<std::string> Parameters::optional_text(std::string_view key) {
  const YamlNode* found = node(key);
  if (!found || found->is_null()) return {};
  if (found->is_scalar()) return found->text;
  error(found->mark, fmt::format("'{}' must be text, not {}", key, kind_name(found->kind)));
  return {};
}

std::string Parameters::text(std::string_view key) {
  const YamlNode* found = required_node(key);
  if (!found) return {};
  if (found->is_scalar() && !found->is_null()) return found->text;
  error(mark_of(key), fmt::format("'{}' must be text, not {}", key, kind_name(found->kind)));
  return {};
}

bool Parameters::flag(std::string_view key, bool otherwise) {
  const YamlNode* found = node(key);
  if (!found) return otherwise;
  if (found->kind == YamlKind::boolean) return found->truth();
  // Pipelines are often written by people who think in Python. A flag can mean nothing else; values of rules could.
  if (found->text == "True") return true;
  if (found->text == "False") return false;
  error(mark_of(key), fmt::format("'{}' must be true or false, not {}", key, kind_name(found->kind)));
  return otherwise;
}

Scalar Parameters::scalar(std::string_view key) {
  const YamlNode* found = required_node(key);
  if (!found) return {};
  if (found->is_scalar()) return {found->kind, found->text};
  error(found->mark,
        fmt::format("'{}' must be text, a number, true, false or null, not {}", key, kind_name(found->kind)));
  return {};
}

std::optional<std::vector<std::string>> Parameters::list_of(const YamlNode& list, std::string_view key) {
  std::vector<std::string> texts;
  for (const YamlNode& entry : list.items) {
    if (!entry.is_scalar() || entry.is_null()) {
      error(entry.mark, fmt::format("the list of '{}' must hold text, not {}", key, kind_name(entry.kind)));
      return {};
    }
    texts.push_back(entry.text);
  }
  if (texts.empty()) {
    error(list.mark, fmt::format("the list of '{}' is empty", key));
    return {};
  }
  return texts;
}

std::optional<std::vector<std::string>> Parameters::optional_texts(std::string_view key) {
  const YamlNode* found = node(key);
  if (!found || found->is_null()) return {};
  if (found->is_sequence()) return list_of(*found, key);
  error(mark_of(key), fmt::format("'{}' must be a list, not {}", key, kind_name(found->kind)));
  return {};
}

std::vector<std::string> Parameters::texts(std::string_view key) {
  if (!required_node(key)) return {};
  auto list = optional_texts(key);
  if (!list && good_) error(mark_of(key), fmt::format("'{}' is empty", key));
  return list.value_or(std::vector<std::string>{});
}

Parameters::Mapping Parameters::mapping(std::string_view key) {
  const YamlNode* found = required_node(key);
  if (!found) return {};
  if (!found->is_map() || found->entries.empty()) {
    error(mark_of(key),
          fmt::format("'{}' must be a map with at least one entry, not {}", key, kind_name(found->kind)));
    return {};
  }
  Mapping mapping;
  for (const YamlEntry& entry : found->entries) {
    if (entry.value.is_sequence()) {
      if (auto list = list_of(entry.value, entry.key)) mapping.emplace_back(entry.key, std::move(*list));
    } else if (entry.value.is_scalar() && !entry.value.is_null()) {
      mapping.emplace_back(entry.key, std::vector<std::string>{entry.value.text});
    } else {
      error(entry.key_mark, fmt::format("'{}' must map to text or a list of texts, not {}", entry.key,
                                        kind_name(entry.value.kind)));
    }
  }
  return mapping;
}

std::string Parameters::choice(std::string_view key, std::initializer_list<std::string_view> allowed) {
  auto found = optional_text(key);
  if (!found) return std::string(*allowed.begin());
  if (std::find(allowed.begin(), allowed.end(), *found) == allowed.end())
    error(mark_of(key),
          fmt::format("'{}' must be one of {}, not '{}'", key, fmt::join(allowed, ", "), *found));
  return *found;
}

bool Parameters::finish() {
  for (const YamlEntry& entry : map_.entries) {
    if (!taken_.contains(entry.key)) error(entry.key_mark, fmt::format("unknown parameter '{}'", entry.key));
  }
  return good_;
}

}  // namespace sigrun::sigma
