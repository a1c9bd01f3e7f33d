#include "load_options.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#ifndef SIGRUN_INSTALLED_SHARE
#define SIGRUN_INSTALLED_SHARE "/usr/share/sigrun"
#endif
#ifndef SIGRUN_SOURCE_SHARE
#define SIGRUN_SOURCE_SHARE ""
#endif

namespace sigrun {

size_t LoadReport::count(Severity severity) const {
  return static_cast<size_t>(std::count_if(diagnostics.begin(), diagnostics.end(),
                                           [&](const Diagnostic& d) { return d.severity == severity; }));
}

std::optional<LogSourceMode> parse_logsource_mode(std::string_view text, std::string& error) {
  LogSourceMode mode;
  if (text == "auto") return mode;
  if (text == "off") {
    mode.kind = LogSourceMode::Kind::off;
    return mode;
  }
  mode.kind = LogSourceMode::Kind::fixed;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view part = text.substr(begin, end - begin);
    const size_t equals = std::min(part.find('='), part.size());
    const std::string_view key = part.substr(0, equals),
                           value = part.substr(std::min(equals + 1, part.size()));
    std::string* target = key == "product"    ? &mode.logsource.product
                          : key == "category" ? &mode.logsource.category
                          : key == "service"  ? &mode.logsource.service
                                              : nullptr;
    if (!target || value.empty()) {
      error = "\"" + std::string(part) +
              "\" is no log source; write auto, off, or product=…,category=…,service=…";
      return std::nullopt;
    }
    if (!target->empty()) {
      error = "\"" + std::string(key) + "\" is given twice";
      return std::nullopt;
    }
    *target = value;
    begin = end + 1;
  }
  return mode;
}

bool is_yaml_file_name(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == name.npos || dot == 0) return false;
  std::string ending(name.substr(dot));
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return ending == ".yml" || ending == ".yaml";
}

std::string LoadOptions::with_place(const std::string& path, std::string message) const {
  const auto named = named_at.find(path);
  return named == named_at.end() ? message : named->second + ": error: " + message;
}

std::string share_folder() {
  if (const char* set = std::getenv("SIGRUN_SHARE"); set && *set) return set;
  std::error_code ignored;
  for (const char* candidate : {SIGRUN_INSTALLED_SHARE, SIGRUN_SOURCE_SHARE})
    if (*candidate && std::filesystem::is_directory(std::string(candidate) + "/rules/taxonomy", ignored))
      return candidate;
  return SIGRUN_INSTALLED_SHARE;
}

}  // namespace sigrun
