#include "rule_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "load_options.h"
#include "support/folder_names.h"

namespace sigrun {
namespace {

namespace fs = std::filesystem;

// Folders that hold YAML of another kind: log source tables, and the test data of the public rules.
bool is_no_rule_folder(const std::string& name) { return name == "taxonomy" || name == "regression_data"; }

// The configuration often lies beside the rules that it names.
bool is_configuration_name(const std::string& name) { return name == "sigrun.yaml" || name == "sigrun.yml"; }

}  // namespace

bool find_rule_files(const std::string& path, std::vector<std::string>& files, std::vector<std::string>& lost,
                     std::string& problem) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (!fs::exists(path, error)) {
      problem = fmt::format("{}: {}", path, error ? error.message() : "no such file or folder");
      return false;
    }
    files.push_back(path);
    return true;
  }
  std::vector<std::string> found;
  std::vector<std::string> folders{path}, names;
  while (!folders.empty()) {
    const std::string folder = std::move(folders.back());
    folders.pop_back();
    if (!folder_names(folder, names, error)) {
      problem = fmt::format("{}: {}", path, error.message());
      return false;
    }
    for (const std::string& name : names) {
      if (name.starts_with('.')) continue;
      const std::string file = (fs::path(folder) / name).string();
      std::error_code ignored;
      const fs::file_type type = fs::symlink_status(file, ignored).type();
      const fs::file_type target = type == fs::file_type::symlink ? fs::status(file, ignored).type() : type;
      if (type == fs::file_type::directory) {
        if (!is_no_rule_folder(name)) folders.push_back(file);
      } else if (target == fs::file_type::directory) {
        lost.push_back(file + ": a linked folder; links to folders are not followed, name it by itself");
      } else if (is_yaml_file_name(name) && !is_configuration_name(name)) {
        if (target == fs::file_type::regular)
          found.push_back(file);
        else
          lost.push_back(file + ": no regular file, or a link to nothing");
      }
    }
  }
  std::sort(found.begin(), found.end());
  files.insert(files.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  return true;
}

}  // namespace sigrun
