// A recorded file of more than a hundred captures in no order, against its parts scanned one by one.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "event/byte_source.h"
#include "event/timestamp.h"
#include "scan.h"
#include "support/corpus.h"
#include "support/engine_fixture.h"
#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

// Broad ones, so that there is much to compare: the shipped correlations are about what is rare.
constexpr const char* broad_rules = R"(
title: Process
name: process
logsource: {product: windows, category: process_creation}
detection: {s: {Image|exists: true}, condition: s}
---
title: Access
name: access
logsource: {product: windows, category: process_access}
detection: {s: {TargetImage|exists: true}, condition: s}
---
title: Loaded
name: loaded
logsource: {product: windows, category: image_load}
detection: {s: {ImageLoaded|exists: true}, condition: s}
---
title: Registry
name: registry
logsource: {product: windows, category: registry_set}
detection: {s: {TargetObject|exists: true}, condition: s}
---
title: Processes of an image
correlation: {type: event_count, rules: [process], group-by: [Hostname, Image], timespan: 5m, condition: {gte: 2}}
---
title: Images of a host
correlation: {type: value_count, rules: [process], group-by: [Hostname], timespan: 2m, condition: {gte: 4, field: Image}}
---
title: Process and access
correlation: {type: temporal, rules: [process, access], group-by: [Hostname], timespan: 1m}
---
title: Loaded before accessed
correlation: {type: temporal_ordered, rules: [loaded, access, registry], group-by: [Hostname], timespan: 2m}
---
title: Few processes
correlation: {type: event_count, rules: [process], group-by: [Hostname, Image], timespan: 10m, condition: {lte: 2}}
---
title: Loads of an image
correlation: {type: event_count, rules: [loaded], group-by: [Image], timespan: 1m, condition: {gte: 20}}
)";

struct Line {
  std::string_view text;  // with its line break
  int64_t time = 0;
};

std::string whole_file(const std::string& path) {
  std::string error, text;
  const auto source = open_byte_source(path, error);
  REQUIRE_MESSAGE(source, error);
  std::string buffer(1 << 20, '\0');
  while (const size_t size = source->read(buffer.data(), buffer.size())) text.append(buffer, 0, size);
  REQUIRE_MESSAGE(source->error().empty(), source->error());
  return text;
}

// By the text alone: a line of this file has `"TimeCreated":"…"`, which the tables take first, or `"@timestamp":"…"`, or both.
std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    Line line{text.substr(0, end)};
    std::optional<int64_t> time;
    for (const std::string_view key : {"\"TimeCreated\":\"", "\"@timestamp\":\""}) {
      const size_t at = line.text.find(key);
      if (time || at == std::string_view::npos) continue;
      const std::string_view rest = line.text.substr(at + key.size());
      time = parse_event_time(rest.substr(0, rest.find('"')), false, 0);
    }
    REQUIRE(time);
    line.time = *time;
    lines.push_back(line);
    text.remove_prefix(end);
  }
  return lines;
}

// Where time jumps back for good, written down plainly and without InputClock: an event more than the lateness before the capture's newest begins a
// new one if at least 28 of the 32 events behind it (of those that are left at the end, the same share, four at least) are that far back as well. The capture's
// newest is that of its events, but for lone jumps ahead: those that more than half of the 16 behind do not follow.
std::vector<size_t> beginnings_of(const std::vector<Line>& lines) {
  constexpr int64_t lateness = 120'000'000'000;
  std::vector<size_t> beginnings{0};
  int64_t newest = lines.at(0).time;
  for (size_t i = 1; i < lines.size(); ++i) {
    const int64_t time = lines[i].time;
    auto behind = [&](size_t most, auto&& is) {
      size_t count = 0;
      for (size_t j = i + 1; j < std::min(lines.size(), i + 1 + most); ++j) count += is(lines[j].time);
      return count;
    };
    if (time < newest - lateness) {
      const size_t left = std::min<size_t>(32, lines.size() - i - 1);
      const size_t back = behind(32, [&](int64_t other) { return other < newest - lateness; });
      if (back < 4 || back * 32 < left * 28) continue;
      beginnings.push_back(i);
      newest = time;
    } else if (time > newest + lateness) {
      const size_t left = std::min<size_t>(16, lines.size() - i - 1);
      if (2 * behind(16, [&](int64_t other) { return other >= time - lateness; }) >= left) newest = time;
    } else {
      newest = std::max(newest, time);
    }
  }
  return beginnings;
}

// Rule, group and window of each alert of a correlation.
std::multiset<std::string> facts_of(const std::vector<Alert>& alerts) {
  std::multiset<std::string> facts;
  for (const Alert& alert : alerts)
    if (alert.firing)
      facts.insert(fmt::format("{} [{}] {} {}", alert.rule->title, fmt::join(alert.firing->group, ","),
                               alert.firing->from, alert.firing->time));
  return facts;
}

struct Correlated {
  std::multiset<std::string> facts;
  TimeCounters times;
  CorrelationCounters counters;
};

Correlated correlate(const Engine& engine, std::string_view events, unsigned threads) {
  ScanOptions options;
  options.threads = threads;
  std::vector<Alert> alerts;
  ScanObserver observer;
  observer.alert = [&](const Alert& alert) {
    if (alert.kind == AlertKind::correlation) alerts.push_back(alert);
  };
  const ScanResult result = scan_text(engine, events, "events", options, observer);
  return {facts_of(alerts), result.times, result.correlation};
}

}  // namespace

TEST_CASE("concatenated captures: a recorded file gives the alerts of its parts scanned one by one (public events)") {
  const std::string folder = test::corpus_path("events", "concatenated captures");
  if (folder.empty()) return;
  test::Loaded loaded;
  loaded.options.use_taxonomy = true;
  loaded.write("broad.yml", broad_rules);
  loaded.options.rule_paths = {"rules", loaded.folder.path("broad.yml")};
  loaded.load();
  REQUIRE_MESSAGE(loaded.engine, loaded.said());
  const std::string text = whole_file(folder + "/win_flat_nxlog.ndjson.zst");
  const std::vector<Line> lines = lines_of(text);
  const std::vector<size_t> beginnings = beginnings_of(lines);

  const Correlated whole = correlate(*loaded.engine, text, 2);
  CHECK(whole.times.segments + 1 == beginnings.size());
  CHECK(beginnings.size() == 64);
  std::multiset<std::string> expected;
  TimeCounters times;
  for (size_t i = 0; i < beginnings.size(); ++i) {
    const char* begin = lines[beginnings[i]].text.data();
    const char* end = i + 1 < beginnings.size() ? lines[beginnings[i + 1]].text.data() : text.data() + text.size();
    const Correlated part = correlate(*loaded.engine, {begin, static_cast<size_t>(end - begin)}, 1);
    expected.insert(part.facts.begin(), part.facts.end());
    times.add(part.times);
    CHECK(part.times.segments == 0);
  }
  MESSAGE("parts ", beginnings.size(), ", alerts of correlations ", whole.facts.size(), ", late events ", whole.times.late);
  CHECK(expected.size() > 500);
  CHECK(whole.times.late == times.late);
  std::vector<std::string> missing, more;
  std::set_difference(expected.begin(), expected.end(), whole.facts.begin(), whole.facts.end(), std::back_inserter(missing));
  std::set_difference(whole.facts.begin(), whole.facts.end(), expected.begin(), expected.end(), std::back_inserter(more));
  CHECK_MESSAGE(missing.empty(), fmt::format("{}", fmt::join(missing, "\n")));
  CHECK_MESSAGE(more.empty(), fmt::format("{}", fmt::join(more, "\n")));
}

TEST_CASE("recorded files: a scan of cloudtrail has no late event (public events)") {
  const std::string folder = test::corpus_path("events", "cloudtrail in a scan");
  if (folder.empty()) return;
  test::Loaded loaded;
  loaded.options.use_taxonomy = true;
  loaded.options.rule_paths = {"rules"};
  loaded.load();
  REQUIRE_MESSAGE(loaded.engine, loaded.said());
  const Correlated told = correlate(*loaded.engine, whole_file(folder + "/cloudtrail.ndjson.zst"), 2);
  CHECK(told.times == TimeCounters{});
  CHECK(told.counters.occurrences > 0);
  CHECK(told.counters.late == 0);
}
