#include "support/shipped_tables.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "cli/command_fixture.h"

namespace sigrun::test {

std::string shipped_tables() {
  std::vector<std::string> files;
  for (const auto& file : std::filesystem::directory_iterator("rules/taxonomy"))
    if (file.path().extension() == ".yml") files.push_back(file.path());
  std::sort(files.begin(), files.end());
  std::string tables;
  for (const std::string& file : files) tables += cli::read_whole_file(file) + "\n---\n";
  tables.resize(tables.size() - 5);
  return tables;
}

}  // namespace sigrun::test
