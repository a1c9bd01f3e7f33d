#include "settings.h"

#include <unistd.h>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <string_view>

namespace sigrun::fluentbit {

namespace {

std::string trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

std::string text_of(const Property& property, const char* key) {
  const char* value = property(key);
  return value ? trimmed(value) : std::string();
}

// Separated by commas.
std::vector<std::string> list_of(const Property& property, const char* key) {
  std::vector<std::string> list;
  const std::string text = text_of(property, key);
  for (size_t at = 0; at <= text.size();) {
    const size_t comma = std::min(text.find(',', at), text.size());
    if (std::string item = trimmed(std::string_view(text).substr(at, comma - at)); !item.empty())
      list.push_back(std::move(item));
    at = comma + 1;
  }
  return list;
}

// One spelling for each file, so that instances find the same engine. A file that is not there yet keeps its
// path.
std::string canonical(const std::string& path) {
  char* real = ::realpath(path.c_str(), nullptr);
  if (!real) {
    if (path.starts_with('/')) return path;
    char* here = ::getcwd(nullptr, 0);
    const std::string absolute = here ? std::string(here) + "/" + path : path;
    std::free(here);
    return absolute;
  }
  const std::string text = real;
  std::free(real);
  return text;
}

bool read_engine(const Property& property, EngineSettings& to, std::string& problem) {
  const std::string config = text_of(property, "config");
  if (config.empty()) return problem = "config is missing: the path of a sigrun.yaml", false;
  to.config = canonical(config);
  if (property("state_folder")) to.state_folder = text_of(property, "state_folder");
  to.logsource = text_of(property, "logsource");
  to.min_level = text_of(property, "min_level");
  to.min_status = text_of(property, "min_status");
  to.when_behind = text_of(property, "when_behind");
  to.spool_full = text_of(property, "spool_full");
  to.on_load_error = text_of(property, "on_load_error");
  to.queue_detections = text_of(property, "queue_detections");
  to.select = list_of(property, "select");
  to.exclude = list_of(property, "exclude");
  return true;
}

}  // namespace

bool EngineSettings::covers(const EngineSettings& engine) const {
  const auto agrees = [](const auto& said, const auto& is) { return said.empty() || said == is; };
  return config == engine.config && (!state_folder || state_folder == engine.state_folder) &&
         agrees(logsource, engine.logsource) && agrees(min_level, engine.min_level) &&
         agrees(min_status, engine.min_status) && agrees(when_behind, engine.when_behind) &&
         agrees(spool_full, engine.spool_full) && agrees(on_load_error, engine.on_load_error) &&
         agrees(queue_detections, engine.queue_detections) && agrees(select, engine.select) &&
         agrees(exclude, engine.exclude);
}

std::optional<FilterSettings> read_filter_settings(const Property& property, std::string& problem) {
  FilterSettings settings;
  if (!read_engine(property, settings.engine, problem)) return {};
  settings.key = text_of(property, "key");
  if (property("field")) settings.field = text_of(property, "field");
  if (settings.field.empty())
    return problem = "field is empty: the name of what is added to records that match", std::nullopt;
  if (property("input")) settings.input = text_of(property, "input");
  return settings;
}

std::optional<AlertsSettings> read_alerts_settings(const Property& property, std::string& problem) {
  AlertsSettings settings;
  if (!read_engine(property, settings.engine, problem)) return {};
  if (std::string text = text_of(property, "acknowledge_after"); !text.empty()) {
    std::string_view digits = text;
    if (digits.ends_with('s')) digits.remove_suffix(1);
    const auto read =
        std::from_chars(digits.data(), digits.data() + digits.size(), settings.acknowledge_after);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() ||
        settings.acknowledge_after < 0 || settings.acknowledge_after > 3600) {
      problem = "acknowledge_after: seconds from 0 to 3600, not " + text;
      return {};
    }
  }
  return settings;
}

}  // namespace sigrun::fluentbit
