// A scan that goes on with state, and its files: which are read from where, and that windows are told of once.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "scan.h"
#include "support/engine_fixture.h"

using namespace sigrun;

namespace {

std::string many(const std::string& condition) {
  return fmt::format(R"(title: Failure
name: failure
logsource: {{product: any}}
detection: {{s: {{outcome: failure}}, condition: s}}
---
title: Many
correlation: {{type: event_count, rules: [failure], group-by: [user], timespan: 10m, condition: {{{}}}}}
)",
                     condition);
}

std::string event_at(int64_t seconds, const std::string& outcome = "failure") {
  return fmt::format(R"({{"@timestamp":"2026-11-20T{:02}:{:02}:{:02}Z","user":"u","outcome":"{}"}})"
                     "\n",
                     10 + seconds / 3600, seconds / 60 % 60, seconds % 60, outcome);
}

}  // namespace

// The last events of a file were not decided before the end of the scan: late by then, if another file had come further.
TEST_CASE(
    "scan state: files side by side give the alerts that they give without a state, and give them once") {
  test::Loaded loaded;
  loaded.write("rules/all.yml", many("gte: 3")).load();
  std::string short_file, long_file;
  for (int64_t minute = 0; minute < 3; ++minute) short_file += event_at(60 * minute);
  for (int64_t minute = 10; minute < 40; ++minute) long_file += event_at(60 * minute, "other");
  const std::vector<std::string> paths = {loaded.folder.write("a.ndjson", short_file),
                                          loaded.folder.write("b.ndjson", long_file)};
  for (const bool with_state : {false, true}) {
    CAPTURE(with_state);
    ScanOptions options;
    options.threads = 1;
    if (with_state) options.state = {loaded.folder.path("state"), 0, 0};
    for (int run = 0; run < 3; ++run) {
      uint64_t alerts = 0;
      ScanObserver observer;
      observer.alert = [&](const Alert& alert) { alerts += alert.kind == AlertKind::correlation; };
      const ScanResult result = scan(*loaded.engine, paths, options, observer);
      CHECK(result.counters.balanced());
      CHECK(result.correlation.late == 0);
      CHECK(alerts == (with_state && run > 0 ? 0 : 1));
    }
  }
}

TEST_CASE("scan state: what the end of a scan decided is told once, also where the window goes on") {
  test::Loaded loaded;
  loaded.write("rules/all.yml", many("lt: 2")).load();
  const std::string path = loaded.folder.write("a.ndjson", event_at(0) + event_at(1, "other"));
  std::vector<uint64_t> told;
  for (int run = 0; run < 3; ++run) {
    ScanOptions options;
    options.threads = 1;
    options.state = {loaded.folder.path("state"), 0, 0};
    uint64_t& alerts = told.emplace_back();
    ScanObserver observer;
    observer.alert = [&](const Alert& alert) { alerts += alert.kind == AlertKind::correlation; };
    scan(*loaded.engine, {path}, options, observer);
  }
  CHECK(told == std::vector<uint64_t>{1, 0, 0});
}

TEST_CASE("scan state: a file that became shorter is read from the front") {
  test::Loaded loaded;
  loaded.write("rules/all.yml", many("gte: 4")).load();
  std::string beginning;
  for (int64_t i = 0; i < 30; ++i) beginning += event_at(i, "other");
  ScanOptions options;
  options.threads = 1;
  options.state = {loaded.folder.path("state"), 0, 0};
  std::string path = loaded.folder.write("a.ndjson", beginning + beginning);
  CHECK(scan(*loaded.engine, {path}, options, {}).counters.in == 60);
  path = loaded.folder.write("a.ndjson", beginning);
  CHECK(scan(*loaded.engine, {path}, options, {}).counters.in == 30);
}

TEST_CASE("scan state: a line that was being written is read when it is whole") {
  test::Loaded loaded;
  loaded.write("rules/all.yml", many("gte: 3")).load();
  const std::string whole = event_at(0) + event_at(1) + event_at(2);
  for (size_t cut = event_at(0).size() + 1; cut < whole.size() - 1; cut += 7) {
    CAPTURE(cut);
    const std::string folder = loaded.folder.path("state" + std::to_string(cut));
    ScanOptions options;
    options.threads = 1;
    options.state = {folder, 0, 0};
    uint64_t alerts = 0, rejected = 0, read = 0;
    ScanObserver observer;
    observer.alert = [&](const Alert& alert) { alerts += alert.kind == AlertKind::correlation; };
    for (const std::string& text : {whole.substr(0, cut), whole}) {
      const std::string path = loaded.folder.write("a.ndjson", text);
      const ScanResult result = scan(*loaded.engine, {path}, options, observer);
      CHECK(result.counters.balanced());
      rejected += result.counters.rejected;
      read += result.counters.processed;
    }
    CHECK(read == 3);
    CHECK(rejected <= 1);
    CHECK(alerts == 1);
  }
}
