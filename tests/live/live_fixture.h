// A live engine over a folder of rules, its clock in the test's hand. What it queues is read and checked against the schema; when it goes, every event
// has had one outcome.
#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/command_fixture.h"
#include "live/live_engine.h"
#include "support/json_value.h"

namespace sigrun::test {

inline constexpr int64_t second = 1'000'000'000;
inline constexpr int64_t noon = 1'795'348'800 * second;  // 2026-11-22T12:00:00Z

inline std::string rule_text(const std::string& id, const std::string& selection, const std::string& more = "level: high\n") {
  return "title: T " + id + "\nid: " + id + "\nname: " + id + "\nlogsource: {product: p}\ndetection: {s: " + selection + ", condition: s}\n" + more;
}
// Three of `base` for one user within a minute.
inline std::string count_text(const std::string& id, const std::string& base, const std::string& condition = "{gte: 3}") {
  return "title: C " + id + "\nid: " + id + "\ncorrelation:\n  type: event_count\n  rules: [" + base +
         "]\n  group-by: [User]\n  timespan: 1m\n  condition: " + condition + "\nlevel: critical\n";
}
inline std::string event_text(const std::string& field, const std::string& user, int64_t seconds) {
  return "{\"" + field + "\":\"a\",\"User\":\"" + user + "\",\"timestamp\":" + std::to_string(noon / second + seconds) + "}";
}

class Live {
 public:
  cli::TemporaryFolder& folder;
  std::string live;  // of the configuration: keys of `live:`, one a line, with two blanks before them
  std::string problem;
  std::unique_ptr<LiveEngine> engine;
  uint64_t sent = 0;

  explicit Live(cli::TemporaryFolder& of) : folder(of) {}
  ~Live() { close(); }

  LiveEngine::Opened open(bool threaded = false, bool state = false) {
    engine = std::make_unique<LiveEngine>();
    const std::string path = folder.path("sigrun.yaml");
    folder.write("sigrun.yaml", "rules: rules\ntaxonomy: none\n" + std::string(state ? "state: {folder: state}\n" : "") +
                                    (live.empty() ? "" : "live:\n" + live));
    problem.clear();
    sent = 0;
    const auto opened = engine->open(
        [path](std::string& why) {
          DiagnosticSink sink(path);
          auto configuration = load_configuration(path, sink);
          if (!configuration) why = sink.first_error();
          return configuration;
        },
        {true, threaded, "0.1.0"}, LiveOptions::OnLoadError::pass, problem);
    if (opened == LiveEngine::Opened::ready || opened == LiveEngine::Opened::not_ready) engine->tick(noon);
    return opened;
  }
  void close() {
    if (!engine) return;
    const LiveCounters counters = engine->counters();
    CHECK(counters.events.balanced());
    CHECK(counters.events.in == sent);
    engine.reset();
  }

  // Titles of what matched, and the outcome where it is another than processed.
  std::string evaluate(const std::string& json, const std::string& input = "tag") {
    return evaluate(HostRecord{HostRecord::Form::json, json, {}}, input);
  }
  std::string evaluate(const HostRecord& record, const std::string& input = "tag", std::optional<int64_t> received = {}) {
    constexpr const char* outcomes[] = {"", "degraded ", "rejected ", "dropped "};
    LiveEngine::Call call(*engine, input);
    const LiveEngine::Result& result = call.evaluate(record, received, true);
    sent += result.events;
    std::string out = outcomes[static_cast<size_t>(result.outcome)];
    for (const LiveEngine::Matched& match : result.matches) {
      const auto value = parse_json(match.json);
      REQUIRE(value);
      CHECK(alert_schema_problem(*value) == "");
      CHECK(value->text_of("id") == match.id.c_str());
      last_id = match.id.c_str();
      out += match.rule->title + " ";
    }
    if (!out.empty()) out.pop_back();
    return out;
  }
  std::string last_id;

  // What waits in the queue: kind and rule id of each, and acknowledged or not.
  std::vector<std::string> queued(bool acknowledges = true) {
    std::string unsynced;
    const bool synced = engine->flush(unsynced);
    CHECK(synced == unsynced.empty());
    std::vector<std::string> out;
    engine->alerts().take(0, SIZE_MAX, [&](uint64_t sequence, const std::string& json) {
      const auto value = parse_json(json);
      REQUIRE(value);
      CHECK(alert_schema_problem(*value) == "");
      out.push_back(value->text_of("kind") + " " + value->find("rule")->text_of("id"));
      ids.push_back(value->text_of("id"));
      if (acknowledges) engine->alerts().acknowledge(sequence);
      return AlertQueue::Answer::more;
    });
    return out;
  }
  std::vector<std::string> ids;  // of what was queued

  // Counts of changes: added, changed, removed, refused, kept.
  std::string reload(LiveEngine::Reloaded expected = LiveEngine::Reloaded::done) {
    std::vector<RuleChange> changes;
    CHECK(engine->reload(changes, problem) == expected);
    size_t counts[5] = {};
    for (const RuleChange& change : changes) ++counts[static_cast<size_t>(change.kind)];
    std::string out;
    for (size_t count : counts) out += (out.empty() ? "" : " ") + std::to_string(count);
    return out;
  }
};

using Strings = std::vector<std::string>;

}  // namespace sigrun::test
