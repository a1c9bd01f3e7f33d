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

bool is_yaml_file_name(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == name.npos || dot == 0) return false;
  std::string ending(name.substr(dot));
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return ending == ".yml" || ending == ".yaml";
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
