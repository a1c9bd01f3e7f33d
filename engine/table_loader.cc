#include "table_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

#include "support/folder_names.h"
#include "text_file.h"

namespace sigrun {

namespace fs = std::filesystem;

std::optional<std::vector<sigma::TaxonomyTable>> load_tables(const LoadOptions& options, LoadReport& report) {
  std::vector<sigma::TaxonomyTable> tables;
  if (!options.use_taxonomy) return tables;
  std::string folder =
      options.taxonomy_path.empty() ? share_folder() + "/rules/taxonomy" : options.taxonomy_path;
  std::vector<std::string> files;
  std::error_code error;
  if (fs::is_directory(folder, error)) {
    std::vector<std::string> names;
    folder_names(folder, names, error);
    for (const std::string& name : names)
      if (is_yaml_file_name(name)) files.push_back((fs::path(folder) / name).string());
  } else if (fs::exists(folder, error)) {
    files.push_back(folder);
  }
  if (error && fs::exists(folder)) {
    report.fatal = options.with_place(folder, fmt::format("{}: {}", folder, error.message()));
    return {};
  }
  std::sort(files.begin(), files.end());
  if (!fs::exists(folder, error)) {
    report.fatal = options.with_place(
        folder, fmt::format("{}: {}; name a file or folder of log source tables with --taxonomy, or none",
                            folder, error ? error.message() : "no such file or folder"));
    return {};
  }
  if (files.empty()) {
    report.fatal = options.with_place(
        folder, fmt::format("{}: holds no log source table; name another with --taxonomy, or none", folder));
    return {};
  }
  for (const std::string& path : files) {
    DiagnosticSink sink(path);
    auto text = read_text(path, options.limits.yaml_bytes, report.fatal);
    if (!text) {
      report.fatal = options.with_place(path, std::move(report.fatal));
      return {};
    }
    auto read = sigma::read_taxonomy(*text, options.limits, sink);
    if (sink.error_count() > 0) {
      report.fatal = sink.first_error();
      return {};
    }
    std::move(read.begin(), read.end(), std::back_inserter(tables));
  }
  std::stable_sort(tables.begin(), tables.end(),
                   [](const auto& a, const auto& b) { return a.order < b.order; });
  for (size_t i = 0; i < tables.size(); ++i)
    for (size_t k = 0; k < i; ++k)
      if (tables[i].name == tables[k].name) {
        report.fatal =
            fmt::format("{}:{}:{}: error: the table name '{}' is also that of {}", tables[i].file,
                        tables[i].mark.line, tables[i].mark.column, tables[i].name, tables[k].file);
        return {};
      }
  return tables;
}

}  // namespace sigrun
