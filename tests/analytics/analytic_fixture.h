// Rules with analytics over made events, for tests: what they tell, in the order of alerts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "alert/alert.h"
#include "correlate/score.h"
#include "scan.h"

namespace sigrun::test {

// Made events begin on Monday 2026-01-05, 00:00 UTC.
std::string time_text(int64_t seconds);
// `{"@timestamp":…,` and then the members.
std::string event_at(int64_t seconds, std::string_view members);

struct Analysed {
  struct Told {
    std::string time, group, unit;  // group: its values joined by commas
    double value = 0, score = 0, surprise = 0;
    int64_t age_seconds = 0;
    std::vector<std::string> contributions;  // "name=text"
    std::string id, json;
  };
  std::vector<Told> alerts;  // of analytics
  std::vector<Score> scores;
  ScanResult result;
  // "time group", a line each.
  std::string lines() const;
};

// Checks that each event has one outcome and each alert follows the schema. Rules have no log source tables.
Analysed analyse(const std::string& rules, const std::string& events, const ScanOptions& options = {});

}  // namespace sigrun::test
