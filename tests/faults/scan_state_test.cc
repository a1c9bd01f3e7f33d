// A scan that is killed at any moment and begun again, with the state in its folder, tells the alerts of one that was left alone.
//
// SIGRUN_KILLED_SCANS=N  how many scans are brought to their end through kills (default 8)
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "scan.h"
#include "support/engine_fixture.h"
#include "support/gzip.h"
#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

constexpr const char* rules = R"(
title: Failure
name: failure
logsource: {product: any}
detection: {s: {outcome: failure}, condition: s}
---
title: Success
name: success
logsource: {product: any}
detection: {s: {outcome: success}, condition: s}
---
title: Many failures
name: many
correlation: {type: event_count, rules: [failure], group-by: [user], timespan: 1m, condition: {gte: 5}, generate: true}
---
title: Many users
correlation: {type: value_count, rules: [failure], group-by: [address], timespan: 1m, condition: {gte: 8, field: user}}
---
title: Bytes
correlation: {type: value_sum, rules: [failure, success], group-by: [address], timespan: 5m, condition: {gt: 40000, field: bytes}}
---
title: In order
correlation: {type: temporal_ordered, rules: [many, success], group-by: [user], timespan: 2m}
---
title: Few
correlation: {type: event_count, rules: [success], group-by: [user], timespan: 30s, condition: {lte: 2}}
---
title: Median
correlation: {type: value_median, rules: [success], group-by: [address], timespan: 1m, condition: {gte: 500, field: bytes}}
)";

std::string some_events(std::mt19937_64& random, size_t count, bool disordered) {
  std::string events;
  int64_t milliseconds = 0;
  for (size_t i = 0; i < count; ++i) {
    milliseconds += static_cast<int64_t>(random() % 400);
    // Up to a minute late, sometimes.
    const int64_t at = milliseconds -
                       (disordered && random() % 20 == 0 ? static_cast<int64_t>(random() % 60'000) : 0) +
                       120'000;
    events += fmt::format(
        R"({{"@timestamp":"2026-11-20T{:02}:{:02}:{:02}.{:03}Z","user":"u{}","address":"10.0.0.{}","outcome":"{}","bytes":{},"n":{}}})"
        "\n",
        at / 3'600'000 % 24, at / 60'000 % 60, at / 1000 % 60, at % 1000, random() % 40, random() % 6,
        random() % 3 == 0 ? "success" : "failure", random() % 1000, i);
  }
  return events;
}

// Appends the ids of alerts to a file, after each flush at the latest.
class Ids {
 public:
  explicit Ids(const std::string& path)
      : descriptor_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600)) {}
  ~Ids() {
    flush();
    ::close(descriptor_);
  }
  void add(const Alert& alert) { buffer_ += std::string(alert.id) + "\n"; }
  bool flush() {
    const bool good =
        ::write(descriptor_, buffer_.data(), buffer_.size()) == static_cast<ssize_t>(buffer_.size());
    buffer_.clear();
    return good;
  }

 private:
  int descriptor_;
  std::string buffer_;
};

ScanResult scan_files(const Engine& engine, const std::vector<std::string>& events, const std::string& state,
                      const std::string& ids) {
  ScanOptions options;
  options.threads = 1;
  options.state = {state, 0};
  Ids out(ids);
  ScanObserver observer;
  observer.alert = [&](const Alert& alert) { out.add(alert); };
  observer.flush = [&] { return out.flush(); };
  return scan(engine, events, options, observer);
}
ScanResult scan_file(const Engine& engine, const std::string& events, const std::string& state,
                     const std::string& ids) {
  return scan_files(engine, {events}, state, ids);
}

std::set<std::string> ids_in(const std::string& path) {
  std::set<std::string> ids;
  std::ifstream file(path);
  for (std::string id; std::getline(file, id);)
    if (id.size() == 32) ids.insert(id);  // a line that was cut is told again
  return ids;
}

}  // namespace

namespace {

// Scans that are killed at random moments until they come to their end, each with a state of its own: every one of them tells what one tells that is left alone.
void kill_scans(test::Loaded& loaded, const std::vector<std::string>& events, std::mt19937_64& random) {
  const ScanResult alone = scan_files(*loaded.engine, events, "", loaded.folder.path("alone"));
  CHECK(alone.counters.balanced());
  CHECK(alone.input_errors == 0);
  const std::set<std::string> expected = ids_in(loaded.folder.path("alone"));
  REQUIRE(expected.size() > 100);
  // State changes nothing of what is told.
  scan_files(*loaded.engine, events, loaded.folder.path("undisturbed"),
             loaded.folder.path("undisturbed ids"));
  CHECK(ids_in(loaded.folder.path("undisturbed ids")) == expected);

  size_t kills = 0;
  const char* wanted = std::getenv("SIGRUN_KILLED_SCANS");
  const size_t scans = wanted ? std::strtoul(wanted, nullptr, 10) : 8;
  for (size_t number = 0; number < scans; ++number) {
    const std::string state = loaded.folder.path("state" + std::to_string(number));
    const std::string ids = loaded.folder.path("ids" + std::to_string(number));
    for (int attempt = 0;; ++attempt) {
      const pid_t child = ::fork();
      REQUIRE(child >= 0);
      if (child == 0) {
        const ScanResult result = scan_files(*loaded.engine, events, state, ids);
        ::_exit(result.counters.balanced() && !result.state_failed && result.input_errors == 0 ? 0 : 1);
      }
      // The more often it was killed, the longer it may run: it must come to its end.
      std::this_thread::sleep_for(
          std::chrono::microseconds(random() % (20'000 * (1 + static_cast<unsigned>(attempt) / 4))));
      ::kill(child, SIGKILL);
      int status = 0;
      REQUIRE(::waitpid(child, &status, 0) == child);
      if (WIFEXITED(status)) {
        CHECK(WEXITSTATUS(status) == 0);
        break;
      }
      ++kills;
    }
    CHECK(ids_in(ids) == expected);
  }
  MESSAGE("scans ", scans, ", kills ", kills, ", alerts ", expected.size());
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t from = 0; from < text.size();) {
    const size_t end = text.find('\n', from) + 1;
    lines.push_back(text.substr(from, end - from));
    from = end;
  }
  return lines;
}

}  // namespace

TEST_CASE("a scan that is killed again and again, and goes on with its state, tells every alert") {
  std::mt19937_64 random(test::announce_seed("killed scans"));
  test::Loaded loaded;
  loaded.options.limits.chunk_bytes = 4096;
  loaded.write("rules/all.yml", rules).load();
  REQUIRE_MESSAGE(loaded.engine, loaded.said());
  kill_scans(loaded, {loaded.folder.write("events.ndjson", some_events(random, 6000, true))}, random);
}

TEST_CASE(
    "a scan of several files that are merged by time tells every alert over any kills, a gzip file among "
    "them") {
  std::mt19937_64 random(test::announce_seed("killed scans of files"));
  test::Loaded loaded;
  loaded.options.limits.chunk_bytes = 4096;
  loaded.write("rules/all.yml", rules).load();
  REQUIRE_MESSAGE(loaded.engine, loaded.said());
  // The first two overlap throughout; the third begins later and ends last.
  const std::vector<std::string> lines = lines_of(some_events(random, 6000, true));
  std::string texts[3];
  for (size_t i = 0; i < lines.size(); ++i) texts[i > 5000 ? 2 : random() % (i < 2000 ? 2 : 3)] += lines[i];
  std::vector<std::string> files;
  for (size_t i = 0; i < 3; ++i)
    files.push_back(loaded.folder.write(fmt::format("part{}.ndjson{}", i, i == 1 ? ".gz" : ""),
                                        i == 1 ? test::gzip(texts[i]) : texts[i]));
  kill_scans(loaded, files, random);
}

TEST_CASE(
    "a scan of files that begin again tells every alert over any kills, while one waits for another too") {
  std::mt19937_64 random(test::announce_seed("killed scans of captures"));
  test::Loaded loaded;
  loaded.options.limits.chunk_bytes = 4096;
  loaded.write("rules/all.yml", rules).load();
  REQUIRE_MESSAGE(loaded.engine, loaded.said());
  const std::vector<std::string> files = {
      loaded.folder.write("captures", some_events(random, 1000, false) + some_events(random, 1500, true)),
      loaded.folder.write("whole", some_events(random, 3000, true)),
      loaded.folder.write("more captures", some_events(random, 800, true) + some_events(random, 800, true))};
  kill_scans(loaded, files, random);
}

TEST_CASE("scan state: lines added to a file go on from where the last scan was") {
  std::mt19937_64 random(test::announce_seed("growing file"));
  test::Loaded loaded;
  loaded.options.limits.chunk_bytes = 4096;
  loaded.write("rules/all.yml", rules).load();
  REQUIRE_MESSAGE(loaded.engine, loaded.said());
  const std::string text = some_events(random, 2000, false), path = loaded.folder.path("events.ndjson");
  loaded.folder.write("events.ndjson", text);
  scan_file(*loaded.engine, path, "", loaded.folder.path("alone"));
  const std::set<std::string> whole = ids_in(loaded.folder.path("alone"));
  uint64_t in = 0;
  for (size_t part = 1; part <= 4; ++part) {
    const size_t end = part == 4 ? text.size() : text.find('\n', text.size() * part / 4) + 1;
    loaded.folder.write("events.ndjson", text.substr(0, end));
    in += scan_file(*loaded.engine, path, loaded.folder.path("state"), loaded.folder.path("ids")).counters.in;
  }
  CHECK(in == 2000);
  // Where batches are cut may tell which event of a disordered group made it fire: this file is in order. Ends of input in between may have told of windows that later lines changed; none of the whole is missing.
  const std::set<std::string> told = ids_in(loaded.folder.path("ids"));
  for (const std::string& id : whole) CHECK(told.contains(id));
}
