// What corpus.cc found, as tables for people and as JSON lines for bench/record.
//
// Order of calls: add() for each set of rules, then print_summary(). Prints tables or JSON lines.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "stage.h"

namespace sigrun::bench {

// One set of rules on one mix of events.
struct CorpusResult {
  std::string mix, set;  // set: "0", "100", "all", "10x"…
  size_t rules = 0;      // that were loaded
  double load_seconds = 0;
  size_t events = 0, bytes = 0;
  std::vector<Stage> stages;
};

class CorpusReport {
 public:
  // `json`: lines instead of tables. `record`: where lines are appended to as well; empty: nowhere.
  CorpusReport(bool json, std::string record) : json_(json), record_(std::move(record)) {}
  // False where the record cannot be written.
  bool add(CorpusResult result);
  // One line for each set: how the time grows with the rules. Nothing for a single set.
  void print_summary() const;

 private:
  bool json_;
  std::string record_;
  std::vector<CorpusResult> results_;
};

}  // namespace sigrun::bench
