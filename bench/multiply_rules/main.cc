// multiply_rules: writes rule collections several times over, each copy asking for other texts.
//
//   multiply_rules [--times N] -o FOLDER RULES…
//
// FOLDER/0 gets the files as they are, FOLDER/1 to FOLDER/N-1 (N is 10 unless told) their copies
// (rule_copies.h). A file that cannot be read as YAML is named and has no copies. FOLDER must not exist, or
// be empty.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "literal_variation.h"
#include "rule_copies.h"
#include "rule_files.h"
#include "sigma/yaml.h"

namespace fs = std::filesystem;

namespace {

struct RuleFile {
  fs::path path, place;  // as found; below FOLDER/N
  std::string text;
  std::vector<sigrun::sigma::YamlNode> documents;
};

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool write_text(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (file.flush()) return true;
  fmt::print(stderr, "{}: cannot be written\n", path.string());
  return false;
}

// The files of all paths; those of the n-th path below n-NAME, so that folders of one name stay apart.
bool find_files(const std::vector<std::string>& paths, std::vector<RuleFile>& files) {
  for (size_t i = 0; i < paths.size(); ++i) {
    std::vector<std::string> found, lost;
    std::string problem;
    if (!sigrun::find_rule_files(paths[i], found, lost, problem)) {
      fmt::print(stderr, "{}\n", problem);
      return false;
    }
    for (const std::string& name : lost) fmt::print(stderr, "left out: {}\n", name);
    const fs::path root = fs::is_directory(paths[i]) ? fs::path(paths[i]) : fs::path(paths[i]).parent_path();
    for (const std::string& name : found) {
      const std::string top = fmt::format("{}-{}", i, fs::weakly_canonical(paths[i]).filename().string());
      files.push_back({name, fs::path(top) / fs::path(name).lexically_relative(root), {}, {}});
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> paths;
  std::string folder;
  unsigned times = sigrun::bench::most_copies + 1;
  CLI::App app("Writes rule collections several times over, each copy asking for other texts",
               "multiply_rules");
  app.add_option("--times", times, "How large the result is")
      ->check(CLI::Range(1u, sigrun::bench::most_copies + 1));
  app.add_option("-o,--output", folder, "Where to: a folder that is not there yet, or empty")->required();
  app.add_option("rules", paths, "Rule files or folders")->required();
  CLI11_PARSE(app, argc, argv);
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_empty(folder, error)) {
    fmt::print(stderr, "{}: is there already, and not an empty folder\n", folder);
    return 3;
  }

  std::vector<RuleFile> files;
  if (!find_files(paths, files)) return 3;
  sigrun::bench::RuleCopies copies;
  size_t documents = 0;
  for (RuleFile& file : files) {
    file.text = read_text(file.path);
    sigrun::DiagnosticSink sink(file.path.string());
    auto stream = sigrun::sigma::parse_yaml(file.text, sigrun::Limits{}, sink);
    if (!stream.complete) fmt::print(stderr, "not copied, its YAML is broken: {}\n", file.path.string());
    if (stream.complete) file.documents = std::move(stream.documents);
    documents += file.documents.size();
    copies.learn(file.documents);
  }
  sigrun::bench::CopyCounts counts;
  for (const RuleFile& file : files) {
    if (!write_text(fs::path(folder) / "0" / file.place, file.text)) return 3;
    for (unsigned copy = 1; copy < times && !file.documents.empty(); ++copy)
      if (!write_text(fs::path(folder) / std::to_string(copy) / file.place,
                      copies.write(file.documents, copy, counts)))
        return 3;
  }
  const size_t literals = counts.changed + counts.kept;
  fmt::print("{} files, {} documents, {} times over; of {} literals in the copies {} changed, {} kept\n",
             files.size(), documents, times, literals, counts.changed, counts.kept);
}
