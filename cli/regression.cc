#include "cli/regression.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

namespace sigrun::cli {
namespace {

namespace fs = std::filesystem;

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

// Short for messages, as seen from the working folder.
std::string shown(const fs::path& path) {
  std::error_code error;
  const fs::path here = fs::current_path(error);
  return error ? path.string() : path.lexically_proximate(here).string();
}

// The folder at or above the rule from which `relative` is an existing file.
std::optional<fs::path> find_root(const std::string& rule_file, const std::string& relative) {
  std::error_code error;
  fs::path folder = fs::absolute(rule_file, error).lexically_normal().parent_path();
  while (!error) {
    if (is_file(folder / relative)) return folder;
    if (!folder.has_relative_path()) break;
    folder = folder.parent_path();
  }
  return std::nullopt;
}

std::optional<std::string> read_text(const fs::path& path, size_t limit) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  text.resize(limit + 1);
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof() || file.bad()) return std::nullopt;  // unreadable, or over the limit
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

bool read_count(const sigma::YamlNode& node, RuleTest& test) {
  if (node.is_null()) return true;  // written in the public data: at least one
  const char* end = node.text.data() + node.text.size();
  size_t count = 0;
  const auto parsed = std::from_chars(node.text.data(), end, count);
  if (node.kind != sigma::YamlKind::number || parsed.ec != std::errc{} || parsed.ptr != end) return false;
  test.expect.match = count > 0;
  test.expect.at_least = count;
  return true;
}

bool read_entry(const sigma::YamlNode& node, const fs::path& root, RuleTest& test, DiagnosticSink& sink) {
  const sigma::YamlNode* path = node.is_map() ? node.find("path") : nullptr;
  if (!path || !path->is_text() || path->text.empty()) {
    sink.error(node.mark, "a regression test is a map with the `path` of its events");
    return false;
  }
  if (const auto* name = node.find("name"); name && name->is_scalar()) test.name = name->text;
  if (const auto* count = node.find("match_count"); count && !read_count(*count, test)) {
    sink.error(count->mark, "`match_count` is a whole number");
    return false;
  }
  fs::path events = root / path->text;
  if (fs::path json = fs::path(events).replace_extension(".json"); is_file(json)) events = json;
  if (!is_file(events)) {
    sink.error(path->mark, "the events " + path->text + " are not there");
    return false;
  }
  if (events.extension() == ".evtx") {
    sink.error(path->mark,
               path->text + " has no .json beside it; convert it, for example with evtx_dump -o jsonl");
    return false;
  }
  test.events_file = shown(events);
  return true;
}

}  // namespace

std::vector<RuleTest> read_regression_tests(const std::string& rule_file, uint32_t rule_line,
                                            const std::string& regression_tests_path, const Limits& limits,
                                            DiagnosticSink& sink) {
  std::vector<RuleTest> out;
  const auto root = find_root(rule_file, regression_tests_path);
  if (!root) {
    sink.error({rule_line, 1},
               "regression_tests_path: no " + regression_tests_path + " in any folder above the rule");
    return out;
  }
  const std::string info = shown(*root / regression_tests_path);
  DiagnosticSink info_sink(info);
  const auto text = read_text(*root / regression_tests_path, limits.yaml_bytes);
  if (!text) {
    sink.error({rule_line, 1}, "regression_tests_path: " + info + " cannot be read");
    return out;
  }
  const sigma::YamlStream stream = sigma::parse_yaml(*text, limits, info_sink);
  const sigma::YamlNode* tests =
      stream.complete && stream.documents.size() == 1 && stream.documents[0].is_map()
          ? stream.documents[0].find("regression_tests_info")
          : nullptr;
  if (tests && tests->is_sequence() && !tests->items.empty()) {
    for (const sigma::YamlNode& node : tests->items) {
      RuleTest test;
      test.name = "regression test " + std::to_string(out.size() + 1);
      test.file = info;
      test.mark = node.mark;
      if (read_entry(node, *root, test, info_sink)) out.push_back(std::move(test));
    }
  } else if (info_sink.error_count() == 0) {
    info_sink.error({1, 1}, "no list `regression_tests_info`");
  }
  for (Diagnostic& diagnostic : info_sink.take()) sink.append(std::move(diagnostic));
  return out;
}

}  // namespace sigrun::cli
