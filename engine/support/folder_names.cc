#include "support/folder_names.h"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <new>

namespace sigrun {

bool folder_names(const std::string& folder, std::vector<std::string>& names, std::error_code& error) {
  names.clear();
  error.clear();
  const auto close = [](DIR* open) { ::closedir(open); };
  const std::unique_ptr<DIR, decltype(close)> open(::opendir(folder.c_str()), close);
  const auto failed = [&] {
    if (errno == ENOMEM) throw std::bad_alloc();
    error = {errno, std::generic_category()};
    names.clear();
    return false;
  };
  if (!open) return failed();
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(open.get());
    if (!entry && errno != 0) return failed();
    if (!entry) break;
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return true;
}

}  // namespace sigrun
