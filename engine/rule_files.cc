#include "rule_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "load_options.h"

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
  fs::recursive_directory_iterator walk(path, fs::directory_options::none, error), end;
  for (; !error && walk != end; walk.increment(error)) {
    std::string name = walk->path().filename().string();
    std::error_code ignored;
    bool folder = walk->is_directory(ignored) && !walk->is_symlink(ignored);
    if (name.starts_with('.') || (folder && is_no_rule_folder(name))) {
      if (folder) walk.disable_recursion_pending();
      continue;
    }
    if (walk->is_symlink(ignored) && walk->is_directory(ignored)) {
      lost.push_back(walk->path().string() +
                     ": a linked folder; links to folders are not followed, name it by itself");
    } else if (is_yaml_file_name(name) && !folder && !is_configuration_name(name)) {
      if (walk->is_regular_file(ignored))
        found.push_back(walk->path().string());
      else
        lost.push_back(walk->path().string() + ": no regular file, or a link to nothing");
    }
  }
  if (error) {
    problem = fmt::format("{}: {}", path, error.message());
    return false;
  }
  std::sort(found.begin(), found.end());
  files.insert(files.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  return true;
}

}  // namespace sigrun
