// Correlations in whole scans: times of inputs, several files, threads, memory that runs out.
#include "correlation_stage.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "scan.h"
#include "support/engine_fixture.h"
#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

constexpr const char* rules = R"(
title: Failure
name: failure
logsource: {product: any}
detection: {s: {outcome: failure}, condition: s}
---
title: Many
correlation: {type: event_count, rules: [failure], group-by: [user], timespan: 1m, condition: {gte: 4}}
---
title: Spread
correlation: {type: value_count, rules: [failure], group-by: [address], timespan: 1m, condition: {gte: 5, field: user}}
---
title: Few
correlation: {type: event_count, rules: [failure], group-by: [user], timespan: 30s, condition: {lte: 1}}
)";

std::string event_at(int64_t seconds, unsigned user, unsigned address) {
  return fmt::format(
      R"({{"@timestamp":"2026-11-20T{:02}:{:02}:{:02}Z","user":"u{}","address":"10.0.0.{}","outcome":"failure"}})"
      "\n",
      seconds / 3600, seconds / 60 % 60, seconds % 60, user, address);
}

std::vector<std::string> some_events(std::mt19937_64& random, size_t count, unsigned users) {
  std::vector<std::string> events;
  int64_t seconds = 3600;
  for (size_t i = 0; i < count; ++i) {
    seconds += static_cast<int64_t>(random() % 4);
    events.push_back(
        event_at(seconds, static_cast<unsigned>(random() % users), static_cast<unsigned>(random() % 5)));
  }
  return events;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line;
  return all;
}

std::vector<std::string> ids_of(const test::Scanned& scanned) {
  std::vector<std::string> ids;
  for (const Alert& alert : scanned.alerts) ids.push_back(alert.id.c_str());
  return ids;
}

// Which alerts there are of which groups. When an alert is told may depend on the order of arrival, within the timespan.
std::multiset<std::string> groups_of(const std::vector<Alert>& alerts) {
  std::multiset<std::string> groups;
  for (const Alert& alert : alerts)
    if (alert.firing) groups.insert(alert.rule->title + " " + alert.firing->group[0]);
  return groups;
}

// What alerts say, without where their events stand.
std::multiset<std::string> facts_of(const std::vector<Alert>& alerts) {
  std::multiset<std::string> facts;
  for (const Alert& alert : alerts)
    if (alert.firing)
      facts.insert(fmt::format("{} {} {} {} {}", alert.rule->title, alert.firing->group[0],
                               alert.time.c_str(), alert.firing->value, alert.firing->events));
  return facts;
}

struct LoadedRules : test::Loaded {
  LoadedRules() {
    write("rules/all.yml", rules).load();
    REQUIRE_MESSAGE(engine, said());
  }
};

struct OfFiles {
  std::vector<std::string> ids;  // of all alerts, in their order
  std::multiset<std::string> facts, groups;
  ScanResult result;
};

OfFiles scan_files(const Engine& engine, const std::vector<std::string>& files, unsigned threads) {
  OfFiles told;
  std::vector<Alert> alerts;
  ScanObserver observer;
  observer.alert = [&](const Alert& alert) {
    told.ids.push_back(alert.id.c_str());
    if (alert.firing) alerts.push_back(alert);
  };
  ScanOptions options;
  options.threads = threads;
  told.result = scan(engine, files, options, observer);
  CHECK(told.result.counters.balanced());
  told.facts = facts_of(alerts);
  told.groups = groups_of(alerts);
  return told;
}

std::multiset<std::string> groups_of_files(const Engine& engine, const std::vector<std::string>& files) {
  std::vector<Alert> alerts;
  ScanObserver observer;
  observer.alert = [&](const Alert& alert) { alerts.push_back(alert); };
  ScanOptions options;
  options.threads = 2;
  CHECK(scan(engine, files, options, observer).counters.balanced());
  return groups_of(alerts);
}

}  // namespace

TEST_CASE(
    "correlations of a scan: the same alerts in the same order for any number of threads, evictions "
    "included") {
  std::mt19937_64 random(test::announce_seed("correlations of a scan"));
  test::Loaded loaded;
  loaded.options.limits.chunk_bytes = 8192;
  loaded.write("rules/all.yml", rules).load();
  const std::string events = joined(some_events(random, 12'000, 3000));
  ScanOptions options;
  options.correlation.state_bytes = 15'000;
  const test::Scanned one = test::scan_events(*loaded.engine, events, 1, options);
  CHECK(one.result.correlation.evicted > 100);
  CHECK(one.alerts.size() > 50);
  for (unsigned threads : {2u, 7u}) {
    const test::Scanned several = test::scan_events(*loaded.engine, events, threads, options);
    CHECK(ids_of(several) == ids_of(one));
    CHECK(several.result.correlation.evicted == one.result.correlation.evicted);
  }
}

TEST_CASE("correlations of a scan: an event of the year 2099 changes nothing but a counter") {
  std::mt19937_64 random(test::announce_seed("2099"));
  const LoadedRules loaded;
  std::vector<std::string> events = some_events(random, 500, 30);
  const test::Scanned without = test::scan_events(*loaded.engine, joined(events));
  CHECK(without.result.times.future == 0);
  for (size_t place : {size_t{0}, size_t{1}, size_t{250}, size_t{499}}) {
    std::vector<std::string> more = events;
    more.insert(more.begin() + static_cast<ptrdiff_t>(place),
                "{\"@timestamp\":\"2099-01-01T00:00:00Z\",\"user\":\"u1\",\"address\":\"10.0.0.1\","
                "\"outcome\":\"failure\"}\n");
    const test::Scanned with = test::scan_events(*loaded.engine, joined(more));
    CHECK(facts_of(with.alerts) == facts_of(without.alerts));
    CHECK(with.result.times.future == 1);
    CHECK(with.result.times.late == 0);
  }
}

TEST_CASE("correlations of a scan: files that overlap are one stream, in whatever order they are named") {
  std::mt19937_64 random(test::announce_seed("files by time"));
  test::Loaded loaded;
  loaded.options.limits.chunk_bytes = 4096;
  loaded.options.limits.open_files = 2;
  loaded.write("rules/all.yml", rules).load();
  const std::vector<std::string> events = some_events(random, 3000, 60);
  const auto expected = groups_of(test::scan_events(*loaded.engine, joined(events)).alerts);
  CHECK(expected.size() > 20);
  std::vector<std::string> texts(4), files;
  // Two of them side by side, then two others.
  for (size_t i = 0; i < events.size(); ++i) texts[(i < 1500 ? 0 : 2) + random() % 2] += events[i];
  for (size_t i = 0; i < texts.size(); ++i)
    files.push_back(loaded.folder.write("part" + std::to_string(i) + ".ndjson", texts[i]));
  for (int round = 0; round < 4; ++round) {
    CHECK(groups_of_files(*loaded.engine, files) == expected);
    std::shuffle(files.begin(), files.end(), random);
  }
}

TEST_CASE("correlations of a scan: concatenated captures give the alerts of each") {
  std::mt19937_64 random(test::announce_seed("captures"));
  const LoadedRules loaded;
  std::string all;
  std::multiset<std::string> expected;
  // Each begins where the others do: time jumps back for good.
  for (int capture = 0; capture < 4; ++capture) {
    const std::string text = joined(some_events(random, 400, 30));
    all += text;
    expected.merge(facts_of(test::scan_events(*loaded.engine, text).alerts));
  }
  const test::Scanned together = test::scan_events(*loaded.engine, all);
  CHECK(together.result.times.segments == 3);
  CHECK(facts_of(together.alerts) == expected);
}

TEST_CASE(
    "correlations of a scan: a file whose time jumps back waits for the others, and gives the alerts of its "
    "captures") {
  std::mt19937_64 random(test::announce_seed("captures among files"));
  for (size_t open_files : {64, 4}) {
    test::Loaded loaded;
    loaded.options.limits.chunk_bytes = 4096;
    loaded.options.limits.open_files = open_files;
    // Detections too: they come as they are read, and in one order for any number of threads.
    loaded.write("rules/all.yml", std::string(rules) +
                                      "---\ntitle: Own\nlogsource: {product: any}\n"
                                      "detection: {s: {address: 10.0.0.1}, condition: s}\n");
    loaded.load();
    REQUIRE_MESSAGE(loaded.engine, loaded.said());
    // Two files are of captures, the first of which belongs to what the others are about; four others are about one time.
    std::vector<std::string> texts(6), files;
    for (const std::string& event : some_events(random, 9000, 60)) texts[random() % 6] += event;
    std::multiset<std::string> expected =
        scan_files(
            *loaded.engine,
            [&] {
              std::vector<std::string> first;
              for (size_t i = 0; i < 6; ++i)
                first.push_back(loaded.folder.write(fmt::format("first{}", i), texts[i]));
              return first;
            }(),
            1)
            .facts;
    const size_t of_first = expected.size();
    uint64_t events = 9000;
    for (size_t file : {1u, 4u})
      for (int capture = 0; capture < 3; ++capture) {
        const size_t size = capture == 1 ? 3000 : 400;
        const std::string text = joined(some_events(random, size, 30));
        texts[file] += text;
        events += size;
        expected.merge(facts_of(test::scan_events(*loaded.engine, text).alerts));
      }
    CHECK(expected.size() > of_first + 50);
    for (size_t i = 0; i < 6; ++i) files.push_back(loaded.folder.write(fmt::format("part{}", i), texts[i]));
    const OfFiles one = scan_files(*loaded.engine, files, 1);
    CHECK(one.result.counters.in == events);
    CHECK(one.result.times.late == 0);
    CHECK(one.result.times.segments == 6);
    CHECK(one.facts == expected);
    for (unsigned threads : {2u, 7u}) CHECK(scan_files(*loaded.engine, files, threads).ids == one.ids);
    for (int round = 0; round < 3; ++round) {
      std::shuffle(files.begin(), files.end(), random);
      const OfFiles told = scan_files(*loaded.engine, files, 2);
      CHECK(told.groups == one.groups);
      CHECK(told.result.times.late == 0);
    }
  }
}

TEST_CASE(
    "correlations of a scan: where more files jump back than may wait, the others are late and counted") {
  std::mt19937_64 random(test::announce_seed("captures beyond open files"));
  test::Loaded loaded;
  loaded.options.limits.chunk_bytes = 4096;
  loaded.options.limits.open_files = 2;
  loaded.write("rules/all.yml", rules).load();
  std::vector<std::string> files;
  for (int i = 0; i < 4; ++i) {
    std::string text = joined(some_events(random, 400, 30));
    if (i < 3) text += joined(some_events(random, 400, 30));
    files.push_back(loaded.folder.write(fmt::format("part{}", i), text));
  }
  const OfFiles told = scan_files(*loaded.engine, files, 2);
  CHECK(told.result.counters.in == 7 * 400);
  CHECK(told.result.times.segments == 3);
}

TEST_CASE("correlations of a scan: inputs that are read one after the other wait for nobody") {
  std::mt19937_64 random(test::announce_seed("captures in turn"));
  const LoadedRules loaded;
  const std::string first = joined(some_events(random, 400, 30)),
                    second = joined(some_events(random, 400, 30));
  const std::string file = loaded.folder.write("captures", first + second);
  std::multiset<std::string> expected = facts_of(test::scan_events(*loaded.engine, first).alerts);
  expected.merge(facts_of(test::scan_events(*loaded.engine, second).alerts));
  // The second input is none that can be read by time.
  const OfFiles told = scan_files(*loaded.engine, {file, "/dev/null"}, 2);
  CHECK(told.facts == expected);
  CHECK(told.result.times.late == 0);
}

TEST_CASE("correlations of a scan: events without a time go along with the one before them") {
  const LoadedRules loaded;
  std::string events = event_at(3600, 1, 1);
  for (int i = 0; i < 3; ++i)
    events += "{\"user\":\"u1\",\"address\":\"10.0.0.1\",\"outcome\":\"failure\"}\n";
  const test::Scanned scanned = test::scan_events(*loaded.engine, events);
  CHECK(scanned.titles() == "Many");
  CHECK(scanned.result.times.timeless == 3);
}

TEST_CASE("correlations of a scan: what is left out is counted") {
  const LoadedRules loaded;
  const test::Scanned scanned = test::scan_events(
      *loaded.engine,
      "{\"@timestamp\":\"2026-11-20T10:00:00Z\",\"address\":\"10.0.0.1\",\"outcome\":\"failure\"}\n"
      "{\"@timestamp\":\"2026-11-20T10:00:01Z\",\"user\":null,\"address\":\"10.0.0.1\",\"outcome\":"
      "\"failure\"}\n");
  // Two correlations group by the user, one counts users.
  CHECK(scanned.result.correlation.without_group == 4);
  CHECK(scanned.result.correlation.without_value == 2);
  CHECK(scanned.result.correlation.occurrences == 0);
}
