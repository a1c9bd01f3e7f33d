#include "support/corpus.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "cli/command_fixture.h"

namespace sigrun::test {

std::string corpus_path(const std::string& part, const char* test) {
  const char* set = std::getenv("SIGRUN_CORPUS");
  std::string path = std::string(set && *set ? set : "../shared/corpus") + "/" + part;
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) return path;
  std::fprintf(stderr, "SKIPPED: %s: there is no %s (SIGRUN_CORPUS names the folder of the corpora)\n", test, path.c_str());
  return {};
}

void read_rows(const std::string& path, Rows& rows) {
  rows.text = cli::read_whole_file(path);
  std::string_view rest = rows.text;
  while (!rest.empty()) {
    size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.find_first_not_of(" \r\t") == line.npos) continue;
    auto value = parse_json(line);
    REQUIRE_MESSAGE(value, std::string(line.substr(0, 200)));
    rows.values.push_back(std::move(*value));
  }
  REQUIRE_FALSE(rows.values.empty());
}

}  // namespace sigrun::test
