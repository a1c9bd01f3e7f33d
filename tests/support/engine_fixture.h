// A whole engine over rules in files, for tests. Every scan checks that each event had exactly one outcome and that each alert
// can be read and follows its schema.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <vector>

#include "cli/command_fixture.h"
#include "engine.h"
#include "scan.h"

namespace sigrun::test {

struct Scanned {
  ScanResult result;
  std::vector<Alert> alerts, health;  // by kind; point into what follows
  std::list<std::string> texts;
  std::vector<Rejection> rejected;
  // Rules' titles, joined by commas, in the order of the alerts.
  std::string titles() const;
};

Scanned scan_events(const Engine& engine, std::string_view events, unsigned threads = 1, ScanOptions options = {}, const std::string& name = "events");

// A folder of rules and what loading them gives. Tables are off unless the options say otherwise.
class Loaded {
 public:
  cli::TemporaryFolder folder;
  LoadOptions options;
  LoadReport report;
  std::unique_ptr<Engine> engine;

  Loaded();
  Loaded& write(const std::string& name, const std::string& text);
  // Loads options.rule_paths, or the folder `rules` if there are none.
  Loaded& load();
  // Of the rules in the engine, joined by commas.
  std::string titles() const;
  // Diagnostics, a line each, without the path of the temporary folder.
  std::string said() const;
};

}  // namespace sigrun::test
