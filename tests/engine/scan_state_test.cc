// A scan that goes on with state while its rules have changed: what is kept, what is marked, what is dropped, and that it is said.
#include "scan_state.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "alert/render.h"
#include "scan.h"
#include "support/engine_fixture.h"
#include "support/json_value.h"

using namespace sigrun;

namespace {

constexpr int64_t second = 1'000'000'000;

std::string rule_of_failures(const std::string& values = "failure", const std::string& title = "Failure") {
  return fmt::format(R"(title: {}
name: failure
logsource: {{product: any}}
detection: {{s: {{outcome: {}}}, condition: s}}
)",
                     title, values);
}

struct Wish {
  std::string title = "Many", level = "low", type = "event_count", group_by = "user", timespan = "10m",
              condition = "gte: 4", more;
};

std::string correlation(const Wish& wish = {}) {
  return fmt::format(R"(---
title: {}
id: 2b6c9a52-6a3f-4f3f-9c53-6f4c3f0a7a10
name: many
level: {}
{}
correlation: {{type: {}, rules: [failure], group-by: [{}], timespan: {}, condition: {{{}}}, generate: true}}
)",
                     wish.title, wish.level, wish.more, wish.type, wish.group_by, wish.timespan,
                     wish.condition);
}

std::string event_at(int64_t seconds, const std::string& outcome = "failure", const std::string& user = "u") {
  return fmt::format(
      R"({{"@timestamp":"2026-11-20T{:02}:{:02}:{:02}Z","user":"{}","address":"a","outcome":"{}"}})"
      "\n",
      10 + seconds / 3600, seconds / 60 % 60, seconds % 60, user, outcome);
}

struct Told {
  std::vector<std::string> alerts, messages;  // alerts as JSON
  ScanResult result;

  size_t messages_with(const std::string& part) const {
    size_t count = 0;
    for (const std::string& message : messages) count += message.find(part) != std::string::npos;
    return count;
  }
  std::string all_messages() const {
    std::string all;
    for (const std::string& message : messages) all += message + "\n";
    return all;
  }
};

// One file that grows, scanned again and again with rules of the moment.
class Growing {
 public:
  Growing() {
    // Before they have come, the file's first events wait for what speaks for them.
    for (int64_t i = 0; i < 20; ++i) add(event_at(i / 2, "other"));
  }
  void add(const std::string& events) { events_ += events; }
  void add_failures(int64_t from, int64_t to) {
    for (int64_t at = from; at <= to; ++at) add(event_at(at));
  }

  Told scan_with(const std::string& rules) {
    loaded_.write("rules/all.yml", rules).load();
    REQUIRE_MESSAGE(loaded_.engine, loaded_.said());
    REQUIRE(loaded_.report.refused == 0);
    const std::string path = loaded_.folder.write("events.ndjson", events_);
    ScanOptions options;
    options.threads = 1;
    options.state = {loaded_.folder.path("state"), 0, 1'700'000'000 * second};
    Told told;
    ScanObserver observer;
    observer.state = [&](const std::string& message) { told.messages.push_back(message); };
    observer.alert = [&](const Alert& alert) {
      if (alert.kind != AlertKind::correlation) return;
      render_ndjson(alert, told.alerts.emplace_back());
      const auto value = test::parse_json(told.alerts.back());
      REQUIRE(value);
      CHECK(test::alert_schema_problem(*value) == "");
    };
    told.result = scan(*loaded_.engine, {path}, options, observer);
    CHECK_FALSE(told.result.state_failed);
    return told;
  }

 private:
  test::Loaded loaded_;
  std::string events_;
};

bool is_mixed(const std::string& alert) { return alert.find("\"mixed_since\"") != std::string::npos; }

}  // namespace

TEST_CASE("scan state: another title, level, threshold or prose of a correlation keeps what it has counted") {
  Growing file;
  file.add_failures(20, 22);
  CHECK(file.scan_with(rule_of_failures() + correlation()).alerts.empty());
  file.add_failures(23, 24);
  const Told told = file.scan_with(
      rule_of_failures("failure", "A failure") +
      correlation(
          {.title = "Very many", .level = "high", .condition = "gte: 5", .more = "description: more of it"}));
  REQUIRE(told.alerts.size() == 1);
  CHECK(told.alerts[0].find("Very many") != std::string::npos);
  CHECK(told.alerts[0].find("\"events\":5") != std::string::npos);
  CHECK_FALSE(is_mixed(told.alerts[0]));
  CHECK_MESSAGE(told.messages.size() == 1, told.all_messages());
  CHECK(told.result.correlation.not_restored == 0);
}

TEST_CASE("scan state: a scan counts late, odd and missing times of its own events, not of those before") {
  Growing file;
  const std::string timeless = "{\"user\":\"u\",\"outcome\":\"failure\"}\n";
  file.add(event_at(1000, "other") + event_at(30) + timeless + timeless + event_at(1001, "other"));
  const Told first = file.scan_with(rule_of_failures() + correlation());
  CHECK(first.result.times == TimeCounters{1, 0, 2, 0});
  CHECK(file.scan_with(rule_of_failures() + correlation()).result.times == TimeCounters{});
  file.add(event_at(31) + timeless + event_at(1002, "other"));
  CHECK(file.scan_with(rule_of_failures() + correlation()).result.times == TimeCounters{1, 0, 1, 0});
}

TEST_CASE(
    "scan state: a changed base rule keeps what was counted, marked as mixed until the groups of then have "
    "expired") {
  Growing file;
  file.add_failures(20, 22);
  CHECK(file.scan_with(rule_of_failures() + correlation()).alerts.empty());
  const std::string changed = rule_of_failures("[failure, denied]") + correlation();

  // The newest event was at 10:00:22, and events may be two minutes late.
  const std::string since = "\"mixed_since\":\"2026-11-20T09:58:22.000Z\"";
  file.add(event_at(23, "denied"));
  Told told = file.scan_with(changed);
  REQUIRE(told.alerts.size() == 1);
  CHECK(told.alerts[0].find("\"events\":4") != std::string::npos);
  CHECK(told.alerts[0].find(since) != std::string::npos);
  CHECK(told.messages_with(
            "correlation 2b6c9a52-6a3f-4f3f-9c53-6f4c3f0a7a10: the rules that it counts have changed; "
            "it is mixed since 2026-11-20T09:58:22.000Z") == 1);

  // It is known over further runs, and not said to begin again.
  for (int64_t i = 0; i < 4; ++i) file.add(event_at(100 + i, "denied", "v"));
  told = file.scan_with(changed);
  REQUIRE(told.alerts.size() == 1);
  CHECK(told.alerts[0].find(since) != std::string::npos);
  CHECK(told.messages_with("still mixed since 2026-11-20T09:58:22.000Z") == 1);
  CHECK(told.messages_with("have changed") == 0);

  // Ten minutes after the last event of then no window holds one of them.
  for (int64_t i = 0; i < 4; ++i) file.add(event_at(623 + i, "denied", "w"));
  told = file.scan_with(changed);
  REQUIRE(told.alerts.size() == 1);
  CHECK_FALSE(is_mixed(told.alerts[0]));

  // And once the watermark is there, nothing is left to say.
  for (int64_t i = 0; i < 20; ++i) file.add(event_at(800 + i, "other"));
  file.scan_with(changed);
  told = file.scan_with(changed);
  CHECK_MESSAGE(told.messages_with("mixed") == 0, told.all_messages());
}

TEST_CASE("scan state: what has no part in matching is no change of a base rule") {
  Growing file;
  file.add_failures(20, 22);
  file.scan_with(rule_of_failures() + correlation());
  file.add_failures(23, 23);
  // Another name of the selection, another one that no condition asks for, another level.
  const Told told = file.scan_with(R"(title: Failure
name: failure
level: critical
logsource: {product: any}
detection: {unused: {outcome: other}, renamed: {outcome: failure}, condition: renamed}
)" + correlation());
  REQUIRE(told.alerts.size() == 1);
  CHECK_FALSE(is_mixed(told.alerts[0]));
}

TEST_CASE(
    "scan state: a correlation of which another correlation's alerts are counted is a base rule as well") {
  const std::string chain = R"(---
title: Twice many
name: twice
correlation: {type: event_count, rules: [many], group-by: [user], timespan: 1h, condition: {gte: 2}, generate: true}
)";
  Growing file;
  file.add_failures(20, 23);
  CHECK(file.scan_with(rule_of_failures() + correlation() + chain).alerts.size() == 1);
  for (int64_t i = 0; i < 3; ++i) file.add(event_at(700 + i));
  // A lower threshold below is another thing to be counted above, and none below.
  const Told told = file.scan_with(rule_of_failures() + correlation({.condition = "gte: 3"}) + chain);
  REQUIRE(told.alerts.size() == 2);
  CHECK_FALSE(is_mixed(told.alerts[0]));
  CHECK(told.alerts[1].find("Twice many") != std::string::npos);
  CHECK(is_mixed(told.alerts[1]));
  CHECK(told.messages_with("have changed") == 1);
}

TEST_CASE("scan state: where something else is counted the groups are dropped, counted and said") {
  const std::vector<Wish> wishes = {
      {.timespan = "11m"},
      {.group_by = "address"},
      {.type = "value_count", .condition = "gte: 1, field: address"},
  };
  for (const Wish& wish : wishes) {
    Growing file;
    file.add_failures(20, 22);
    file.add(event_at(22, "failure", "v"));
    file.scan_with(rule_of_failures() + correlation());
    file.add_failures(23, 23);
    const Told told = file.scan_with(rule_of_failures() + correlation(wish));
    CHECK(told.alerts.size() == (wish.type == "value_count" ? 1 : 0));
    CHECK(told.result.correlation.not_restored == 2);
    CHECK(told.messages_with("counts something else than before: 2 of its groups dropped") == 1);
    for (const std::string& alert : told.alerts) CHECK_FALSE(is_mixed(alert));
  }
  // Another field of the same type, too.
  Growing file;
  const Wish users{.type = "value_count", .group_by = "address", .condition = "gte: 2, field: user"};
  file.add_failures(20, 22);
  file.scan_with(rule_of_failures() + correlation(users));
  Wish outcomes = users;
  outcomes.condition = "gte: 2, field: outcome";
  CHECK(file.scan_with(rule_of_failures() + correlation(outcomes)).result.correlation.not_restored == 1);
}

TEST_CASE("scan state: groups of a correlation that is gone are dropped, counted and said") {
  Growing file;
  file.add_failures(20, 22);
  const std::string other = R"(---
title: Other
correlation: {type: event_count, rules: [failure], timespan: 1m, condition: {gte: 100}}
)";
  file.scan_with(rule_of_failures() + correlation() + other);
  const Told told = file.scan_with(rule_of_failures() + other);
  CHECK(told.messages_with("is gone: 1 of its groups dropped") == 1);
  CHECK(told.result.correlation.not_restored == 1);
}

TEST_CASE("scan state: `reset: true` drops what a version of the rule without it has saved, once") {
  const std::string plain = rule_of_failures() + correlation();
  const std::string reset = rule_of_failures() + correlation({.more = "reset: true"});
  Growing file;
  file.add_failures(20, 22);
  file.scan_with(plain);
  file.add_failures(23, 23);
  Told told = file.scan_with(reset);
  CHECK(told.alerts.empty());
  CHECK(told.messages_with("reset: begins anew, 1 of its groups dropped") == 1);
  CHECK(told.result.correlation.not_restored == 1);
  // What is saved with it stays.
  file.add_failures(24, 26);
  told = file.scan_with(reset);
  REQUIRE(told.alerts.size() == 1);
  CHECK(told.alerts[0].find("\"events\":4") != std::string::npos);
  CHECK(told.messages_with("reset") == 0);
  // So it does when it is taken out again; after that it counts anew.
  CHECK(file.scan_with(plain).result.correlation.not_restored == 0);
  CHECK(file.scan_with(reset).result.correlation.not_restored == 1);
  // What was dropped is not mixed.
  file.add_failures(27, 30);
  file.scan_with(rule_of_failures() + correlation());
  told = file.scan_with(rule_of_failures("[failure, denied]") + correlation({.more = "reset: true"}));
  CHECK_MESSAGE(told.messages_with("mixed") == 0, told.all_messages());
}

TEST_CASE("scan state: evidence names the rule that matched, wherever it stands among the rules by now") {
  const std::string before =
                        "title: Before\nname: before\nlogsource: {product: any}\ndetection: {s: {outcome: "
                        "other}, condition: s}\n---\n",
                    counted =
                        "---\ntitle: Others\ncorrelation: {type: event_count, rules: [before], timespan: "
                        "1s, condition: {gte: 1000}}\n";
  Growing file;
  file.add_failures(20, 22);
  file.scan_with(before + rule_of_failures() + correlation() + counted);
  file.add_failures(23, 23);
  // The first rule is gone, so that every number is another one.
  const Told told = file.scan_with(rule_of_failures() + correlation());
  REQUIRE(told.alerts.size() == 1);
  size_t named = 0;
  for (size_t at = 0; (at = told.alerts[0].find("\"title\":\"Failure\"", at)) != std::string::npos; ++at)
    ++named;
  CHECK(named == 4);
  CHECK(told.alerts[0].find("\"evidence_missing\":0") != std::string::npos);
}

TEST_CASE(
    "scan state: the first events of a file, decided at its end, go on with rules in another order, and mark "
    "as "
    "mixed") {
  const std::string before =
      "title: Before\nname: before\nlogsource: {product: any}\ndetection: {s: {outcome: "
      "other}, condition: s}\n---\n";
  for (const bool changed : {false, true}) {
    test::Loaded loaded;
    std::vector<std::string> alerts, messages;
    std::string events;
    auto scan_with = [&](const std::string& rules) {
      loaded.write("rules/all.yml", rules).load();
      REQUIRE_MESSAGE(loaded.engine, loaded.said());
      const std::string path = loaded.folder.write("events.ndjson", events);
      ScanOptions options;
      options.threads = 1;
      options.state = {loaded.folder.path("state"), 0, 1'700'000'000 * second};
      ScanObserver observer;
      observer.state = [&](const std::string& message) { messages.push_back(message); };
      observer.alert = [&](const Alert& alert) {
        if (alert.kind == AlertKind::correlation) render_ndjson(alert, alerts.emplace_back());
      };
      scan(*loaded.engine, {path}, options, observer);
    };
    for (int64_t i = 0; i < 3; ++i) events += event_at(i);
    scan_with(rule_of_failures() + correlation());
    CHECK(alerts.empty());
    events += event_at(3);
    scan_with(before + rule_of_failures(changed ? "[failure, denied]" : "failure") + correlation());
    REQUIRE(alerts.size() == 1);
    CHECK(is_mixed(alerts[0]) == changed);
  }
}

TEST_CASE("scan state: without an event time rules have changed at the wall clock") {
  test::Loaded loaded;
  std::string said;
  auto scan_with = [&](const std::string& values, const std::string& events) {
    loaded.write("rules/all.yml", rule_of_failures(values) + correlation()).load();
    const std::string path = loaded.folder.write("events.ndjson", events);
    ScanOptions options;
    options.threads = 1;
    options.state = {loaded.folder.path("state"), 0, 1'700'000'000 * second};
    ScanObserver observer;
    observer.state = [&](const std::string& message) { said += message + "\n"; };
    scan(*loaded.engine, {path}, options, observer);
  };
  const std::string timeless = "{\"user\":\"u\",\"outcome\":\"failure\"}\n";
  scan_with("failure", timeless);
  scan_with("[failure, denied]", timeless + timeless);
  CHECK_MESSAGE(said.find("mixed since 2023-11-14T22:13:20.000Z") != std::string::npos, said);
}

TEST_CASE(
    "scan state: a file that is damaged, or makes no sense, is set aside and said, and the scan begins at "
    "the front") {
  test::Loaded loaded;
  loaded.write("rules/all.yml", rule_of_failures() + correlation()).load();
  std::string events;
  for (int64_t i = 0; i < 20; ++i) events += event_at(i);
  const std::string path = loaded.folder.write("events.ndjson", events);
  const std::string state = loaded.folder.path("state/sigrun.state");
  std::string said;
  uint64_t alerts = 0;
  auto scan_it = [&] {
    said.clear(), alerts = 0;
    ScanOptions options;
    options.threads = 1;
    options.state = {loaded.folder.path("state"), 0, 0};
    ScanObserver observer;
    observer.state = [&](const std::string& message) { said += message + "\n"; };
    observer.alert = [&](const Alert& alert) { alerts += alert.kind == AlertKind::correlation; };
    return scan(*loaded.engine, {path}, options, observer);
  };
  scan_it();
  CHECK(alerts == 1);
  CHECK_FALSE(scan_it().state_failed);
  CHECK(alerts == 0);
  const std::string whole = cli::read_whole_file(state);
  std::vector<std::string> problems;
  auto damaged_by = [&](const std::string& text) {
    loaded.folder.write("state/sigrun.state", text);
    const ScanResult result = scan_it();
    CHECK(result.state_failed);
    CHECK(result.counters.in == 20);
    CHECK(alerts == 1);
    CHECK_MESSAGE(said.find("kept as") != std::string::npos, said);
    CHECK(said.find("the scan begins without it") != std::string::npos);
    problems.push_back(said);
  };
  damaged_by(whole.substr(0, whole.size() / 2));
  damaged_by("");
  std::string flipped = whole;
  flipped[whole.size() / 3] ^= 4;
  damaged_by(flipped);
  // With sound checksums: sections left out, twice there, or of bytes that mean nothing.
  const auto sections = [&] {
    std::string problem;
    auto found = sections_of(whole, problem);
    REQUIRE(problem == "");
    return found;
  }();
  for (size_t place : {size_t{0}, size_t{1}, size_t{2}, size_t{3}, sections.size() - 1}) {
    for (int way = 0; way < 3; ++way) {
      StateFileWriter writer(state);
      for (size_t i = 0; i < sections.size(); ++i) {
        if (i != place || way == 1) writer.section(sections[i].kind, sections[i].bytes);
        if (i == place && way == 1) writer.section(sections[i].kind, sections[i].bytes);
        if (i == place && way == 2) writer.section(sections[i].kind, "nonsense");
      }
      REQUIRE(writer.commit());
      damaged_by(cli::read_whole_file(state));
      CHECK(problems.back().find("parts of it make no sense") != std::string::npos);
    }
  }
  // A section of a kind that is not known is passed over.
  StateFileWriter writer(state);
  for (const StateSection& section : sections) writer.section(section.kind, section.bytes);
  writer.section(77, "of a later version");
  REQUIRE(writer.commit());
  CHECK_FALSE(scan_it().state_failed);
  CHECK(alerts == 0);
}

TEST_CASE(
    "scan state: a state that would be larger than a limit is not written, and one that is larger is not "
    "read") {
  test::Loaded loaded;
  loaded.options.limits.state_file_bytes = 10'000;
  loaded.write("rules/all.yml", rule_of_failures() + correlation()).load();
  const std::string path = loaded.folder.write("events.ndjson", event_at(1));
  std::string said;
  ScanOptions options;
  options.threads = 1;
  options.state = {loaded.folder.path("state"), 0, 0};
  ScanObserver observer;
  observer.state = [&](const std::string& message) { said += message + "\n"; };
  ScanResult result = scan(*loaded.engine, {path}, options, observer);
  CHECK(result.state_failed);
  CHECK(result.snapshots == 0);
  CHECK_MESSAGE(said.find("takes more than 10000 bytes (limits: state-file-bytes) and is not written") !=
                    std::string::npos,
                said);
  CHECK_FALSE(std::filesystem::exists(loaded.folder.path("state/sigrun.state")));
  // A terabyte of nothing takes no memory.
  loaded.folder.write("state/sigrun.state", "sigrun state 2\n");
  std::filesystem::resize_file(loaded.folder.path("state/sigrun.state"), uint64_t{1} << 40);
  said.clear();
  scan(*loaded.engine, {path}, options, observer);
  CHECK_MESSAGE(
      said.find("it has more than 10000 bytes (limits: state-file-bytes) (kept as") != std::string::npos,
      said);
}
