// All public rules load, or say why not.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "support/corpus.h"
#include "support/engine_fixture.h"

using namespace sigrun;
using test::Loaded;

namespace {

// Names in "the placeholder %name% has no value".
std::set<std::string> missing_placeholders(const LoadReport& report) {
  std::set<std::string> names;
  for (const Diagnostic& diagnostic : report.diagnostics) {
    size_t begin = diagnostic.message.find("the placeholder %");
    if (begin == std::string::npos) continue;
    begin += 17;
    names.insert(diagnostic.message.substr(begin, diagnostic.message.find('%', begin) - begin));
  }
  return names;
}

}  // namespace

TEST_CASE("corpus: every active rule loads, those with placeholders once these have values") {
  std::string corpus = test::corpus_path("sigmahq", "active rules");
  if (corpus.empty()) return;
  Loaded loaded;
  for (const std::string folder : {"rules", "rules-compliance", "rules-emerging-threats", "rules-placeholder", "rules-threat-hunting"})
    loaded.options.rule_paths.push_back(corpus + "/" + folder);
  loaded.load();
  CHECK(loaded.report.files == 3780);
  CHECK(loaded.report.loaded == 3755);
  CHECK(loaded.report.refused == 25);
  std::set<std::string> names = missing_placeholders(loaded.report);
  CHECK(names.size() > 5);
  for (const Diagnostic& diagnostic : loaded.report.diagnostics)
    if (diagnostic.severity == Severity::error) CHECK_MESSAGE(diagnostic.message.starts_with("the placeholder %"), diagnostic.to_string());

  std::string vars;
  for (const std::string& name : names) vars += name + ": [value1, 'value2*']\n";
  loaded.options.vars_path = loaded.folder.write("vars.yml", vars);
  loaded.options.use_taxonomy = true;
  loaded.load();
  REQUIRE_MESSAGE(loaded.engine, loaded.report.fatal);
  CHECK(loaded.report.loaded == 3780);
  CHECK(loaded.report.refused == 0);
  CHECK_MESSAGE(loaded.report.count(Severity::error) == 0, loaded.said());
}

TEST_CASE("corpus: old rules load or give a reason with its place") {
  std::string corpus = test::corpus_path("sigmahq", "old rules");
  if (corpus.empty()) return;
  for (const std::string folder : {"deprecated", "unsupported"}) {
    INFO(folder);
    Loaded loaded;
    loaded.options.rule_paths = {corpus + "/" + folder};
    loaded.load();
    REQUIRE_MESSAGE(loaded.engine, loaded.report.fatal);
    CHECK(loaded.report.loaded + loaded.report.refused >= loaded.report.files);  // some hold several documents
    std::set<std::string> explained;
    for (const Diagnostic& diagnostic : loaded.report.diagnostics) {
      if (diagnostic.severity != Severity::error) continue;
      CHECK(diagnostic.mark.line > 0);
      CHECK(diagnostic.mark.column > 0);
      explained.insert(diagnostic.file);
    }
    CHECK(loaded.report.refused > 0);
    CHECK(explained.size() <= loaded.report.refused);
    CHECK(loaded.report.count(Severity::error) >= loaded.report.refused);
    MESSAGE(folder << ": " << loaded.report.loaded << " loaded, " << loaded.report.refused << " refused");
  }
}
