#include "event/input_files.h"

#include <glob.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <unordered_set>

namespace sigrun {
namespace {

namespace fs = std::filesystem;

bool take_suffix(std::string& name, std::string_view suffix) {
  if (name.size() < suffix.size() || !name.ends_with(suffix)) return false;
  name.resize(name.size() - suffix.size());
  return true;
}

bool is_event_file_name(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  for (std::string_view compression : {".gz", ".zst", ".zstd"}) {
    if (take_suffix(name, compression)) break;
  }
  constexpr std::array<std::string_view, 4> kinds = {".json", ".ndjson", ".jsonl", ".log"};
  return std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) { return name.ends_with(kind); });
}

class Finder {
 public:
  explicit Finder(InputFiles& result) : result_(result) {}

  void add_argument(const std::string& argument) {
    if (argument == "-") {
      if (seen_.insert(argument).second) result_.paths.push_back(argument);
      return;
    }
    std::error_code problem;
    fs::file_status status = fs::status(argument, problem);
    if (fs::exists(status)) {
      add_path(argument);
    } else if (argument.find_first_of("*?[") != std::string::npos) {
      add_glob(argument);
    } else {
      // An error that is no absence (a folder that may not be searched) keeps its own words.
      result_.errors.push_back(argument + ": " + (problem ? problem.message() : std::strerror(ENOENT)));
    }
  }

 private:
  // False if the file was there already, by whatever name.
  bool is_new(const std::string& path) {
    std::error_code problem;
    fs::path canonical = fs::canonical(path, problem);
    return seen_.insert(problem ? path : canonical.string()).second;
  }

  void add_file(const std::string& path) {
    if (::access(path.c_str(), R_OK) != 0) {
      result_.errors.push_back(path + ": " + std::strerror(errno));
    } else if (is_new(path)) {
      result_.paths.push_back(path);
    }
  }

  void add_path(const std::string& path) {
    std::error_code problem;
    if (fs::is_directory(path, problem)) {
      add_folder(path);
    } else {
      add_file(path);
    }
  }

  void add_glob(const std::string& pattern) {
    glob_t matches{};
    int status = ::glob(pattern.c_str(), 0, nullptr, &matches);  // sorted by itself, by the locale's order
    std::vector<std::string> paths(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
    ::globfree(&matches);
    if (status != 0) {
      const char* problem = status == GLOB_NOMATCH ? ": no file matches" : ": cannot be searched";
      result_.errors.push_back(pattern + problem);
      return;
    }
    std::sort(paths.begin(), paths.end());
    for (const std::string& path : paths) add_path(path);
  }

  // Folders that are symbolic links are left out inside of folders: they may lead in circles. So are pipes: reading one may wait for ever.
  void add_folder(const std::string& folder) {
    std::vector<std::string> files, skipped, not_followed, folders{folder};
    size_t errors_before = result_.errors.size();
    while (!folders.empty()) {
      std::string current = std::move(folders.back());
      folders.pop_back();
      std::error_code problem;
      fs::directory_iterator entries(current, problem), end;
      for (; !problem && entries != end; entries.increment(problem)) {
        const fs::directory_entry& entry = *entries;
        std::string name = entry.path().filename().string();
        if (name.starts_with('.')) continue;
        std::error_code unknown;
        if (entry.is_directory(unknown)) {
          if (!entry.is_symlink(unknown)) {
            folders.push_back(entry.path().string());
          } else {
            not_followed.push_back(entry.path().string() + ": a linked folder; name it by itself");
          }
        } else if (entry.is_regular_file(unknown)) {
          (is_event_file_name(name) ? files : skipped).push_back(entry.path().string());
        } else if (is_event_file_name(name)) {
          not_followed.push_back(entry.path().string() + ": no regular file, or a link to nothing");
        }
      }
      if (problem) result_.errors.push_back(current + ": " + problem.message());
    }
    std::sort(files.begin(), files.end());
    std::sort(skipped.begin(), skipped.end());
    if (files.empty() && result_.errors.size() == errors_before) {
      result_.errors.push_back(folder + ": no event files in this folder");
    }
    std::sort(not_followed.begin(), not_followed.end());
    for (const std::string& file : files) add_file(file);
    result_.not_followed.insert(result_.not_followed.end(), not_followed.begin(), not_followed.end());
    result_.skipped.insert(result_.skipped.end(), skipped.begin(), skipped.end());
  }

  InputFiles& result_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

InputFiles find_input_files(const std::vector<std::string>& arguments) {
  InputFiles result;
  Finder finder(result);
  for (const std::string& argument : arguments) finder.add_argument(argument);
  return result;
}

}  // namespace sigrun
