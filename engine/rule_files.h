// Which files of a path hold rules. Reads folders, opens no file. Reentrant.
#pragma once

#include <string>
#include <vector>

namespace sigrun {

// Appends the file `path`, or the rule files below the folder `path`: sorted, without hidden files and
// folders, and without sigrun.yaml, which is a configuration. What looks like a rule but cannot be followed is named in `lost`, as "path: why". False with `problem` set
// where the path cannot be read.
bool find_rule_files(const std::string& path, std::vector<std::string>& files, std::vector<std::string>& lost,
                     std::string& problem);

}  // namespace sigrun
