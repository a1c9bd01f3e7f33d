#include "rule_subset.h"

#include <algorithm>

#include "rule_files.h"

namespace sigrun::bench {

std::vector<std::string> spread_rule_files(const std::vector<std::string>& paths, size_t wanted,
                                           std::string& problem) {
  std::vector<std::string> all, lost, some;
  for (const std::string& path : paths)
    if (!find_rule_files(path, all, lost, problem)) return {};
  wanted = std::min(wanted, all.size());
  for (size_t i = 0; i < wanted; ++i) some.push_back(all[i * all.size() / wanted]);
  return some;
}

}  // namespace sigrun::bench
