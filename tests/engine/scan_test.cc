// Scans give the same for any number of threads and any size of chunks, and what they give is what one framer and one scratch
// find in the whole text.
#include "scan.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "event/framer.h"
#include "support/engine_fixture.h"
#include "support/rule_fixture.h"

using namespace sigrun;
using namespace sigrun::test;

namespace {

std::string rule(const std::string& title, const std::string& detection) {
  return "title: " + title + "\nlogsource: {category: test}\ndetection:\n  s: " + detection + "\n  condition: s\nlevel: high\n";
}

// All that a scan tells, as lines of text.
struct Told {
  std::vector<std::string> alerts, rejected, errors;
  std::string counters;
  bool operator==(const Told&) const = default;
};

std::string described(const Alert& alert) {
  std::string out = fmt::format("{} {} {}:{}+{} {}", alert.rule->title, alert.id.c_str(), alert.file, alert.line, alert.offset, alert.event);
  for (const Match& match : alert.matches) out += " " + std::string(match.value.text());
  return out;
}

std::string described(const Counters& counters) {
  std::string out = fmt::format("in {} processed {} degraded {} rejected {} dropped {} unrecognised {} bytes {} alerts {} envelopes {} {}", counters.in,
                                counters.processed, counters.degraded, counters.rejected, counters.dropped, counters.unrecognised,
                                counters.bytes, counters.alerts(), counters.envelope_fields.envelopes, counters.envelope_fields.example);
  for (const auto& [keys, count] : counters.unrecognised_keys) out += fmt::format(" {}={}", keys, count);
  return out;
}

std::string described(const std::string& input, const Rejection& rejection) {
  return fmt::format("{}:{}+{} {}", input, rejection.line, rejection.offset, rejection.reason);
}

// `inputs`: files, or else one text of that name.
Told scanned(const Engine& engine, const std::vector<std::string>& inputs, const std::string* text, unsigned threads) {
  Told told;
  ScanObserver observer;
  observer.alert = [&](const Alert& alert) { told.alerts.push_back(described(alert)); };
  observer.rejected = [&](const std::string& input, const Rejection& rejection) { told.rejected.push_back(described(input, rejection)); };
  observer.input_error = [&](const std::string& input, const std::string& message) {
    told.errors.push_back(fmt::format("after {} alerts: {}: {}", told.alerts.size(), input, message));
  };
  ScanOptions options;
  options.threads = threads;
  options.unwrap = {"Records", "hits.hits._source"};
  const ScanResult result = text ? scan_text(engine, *text, inputs[0], options, observer) : scan(engine, inputs, options, observer);
  CHECK(result.counters.balanced());
  CHECK(result.input_errors == told.errors.size());
  CHECK(result.counters.rejected == told.rejected.size() + result.rejections_not_shown);
  told.counters = described(result.counters);
  return told;
}

// The oracle: no lines, no chunks, no threads.
Told whole(const Engine& engine, const std::string& text, const std::string& name) {
  Told told;
  Framer framer({"Records", "hits.hits._source"}, engine.limits());
  const auto scratch = engine.make_scratch();
  EventBatch batch;
  batch.bytes.append(text);
  Counters counters;
  for (bool full = true; full; batch.forget_found()) {
    full = framer.run(batch.bytes.data(), batch.bytes.size(), 0, true, batch).full;
    std::vector<Alert> alerts;
    engine.evaluate(batch, name, *scratch, alerts, counters);
    for (const Alert& alert : alerts) told.alerts.push_back(described(alert));
    for (const Rejection& rejection : batch.rejected)
      if (told.rejected.size() < engine.limits().rejected_reports) told.rejected.push_back(described(name, rejection));
  }
  told.counters = described(counters);
  return told;
}

void load_with_chunks_of(size_t chunk_bytes, Loaded& loaded) {
  loaded.options.limits.chunk_bytes = chunk_bytes;
  loaded.options.limits.rejected_reports = 5;
  loaded.options.limits.event_bytes = 2'000;
  loaded.write("rules/a.yml", rule("A", "{a: [1, 2, x]}") + "---\n" + rule("B", "{a|contains: x}") + "---\n" + rule("C", "{b|exists: true}"));
  loaded.load();
}

std::string hostile_text(std::mt19937_64& random) {
  static const std::vector<std::string> parts = {
      "{", "}", "[", "]", ",", "\"", "\n", " ", "x\n", "{\"a\":[\n", "{\"a\":\n", "{\"a\":\"x\n", "\n{\"b\":", "[\n", "]\n", "{\"b\":1},\n",
      "{\"Records\":[{\"a\":1},\n{\"a\":2}],\"x\":1}\n", "{\"hits\":{\"hits\":[{\"_source\":{\"a\":1}}]}}\n", "{\n  \"a\": 1\n}\n", "{\"a\":\"x\xff\"}\n",
      "{\"a\":1e400}\n"};
  static const std::vector<std::string> lines = {"{\"a\":1}\n", "{\"a\":\"yxz\",\"b\":{\"c\":[1,2]}}\n", "{\"c\":3}{\"a\":2}\n", "\n", "{\"c\":\"\\n\"}\n"};
  std::string text;
  for (size_t left = 1 + random() % 12; left > 0; --left) {
    for (size_t good = random() % 12; good > 0; --good) text += lines[random() % lines.size()];
    for (size_t bad = random() % 4; bad > 0; --bad) text += parts[random() % parts.size()];
  }
  return text;
}

}  // namespace

TEST_CASE("scan: the same for any threads and chunks, in hostile texts too") {
  std::mt19937_64 random(announce_seed("scan"));
  const char* rounds_given = std::getenv("SIGRUN_ROUNDS");
  const size_t rounds = rounds_given ? std::strtoul(rounds_given, nullptr, 10) : 60;
  const size_t sizes[] = {1, 5, 40, 300, 1 << 19};
  std::vector<Loaded> engines(std::size(sizes));
  for (size_t i = 0; i < engines.size(); ++i) load_with_chunks_of(sizes[i], engines[i]);
  size_t alerts = 0;
  for (size_t round = 0; round < rounds; ++round) {
    const std::string text = hostile_text(random);
    CAPTURE(text);
    const Told wanted = whole(*engines[0].engine, text, "events");
    alerts += wanted.alerts.size();
    engines[0].folder.write("events", text);
    for (const Loaded& loaded : engines) {
      CAPTURE(loaded.options.limits.chunk_bytes);
      for (const unsigned threads : {1u, 2u, 7u}) {
        CAPTURE(threads);
        const Told told = scanned(*loaded.engine, {"events"}, &text, threads);
        REQUIRE(told.alerts == wanted.alerts);
        REQUIRE(told.rejected == wanted.rejected);
        REQUIRE(told.counters == wanted.counters);
        REQUIRE(told.errors.empty());
        CHECK(scanned(*loaded.engine, {engines[0].folder.path("events")}, nullptr, threads).counters == wanted.counters);
      }
    }
  }
  CHECK(alerts > rounds);
}

TEST_CASE("scan: many inputs, some of which cannot be read, come in order") {
  Loaded loaded;
  load_with_chunks_of(50, loaded);
  std::vector<std::string> inputs;
  for (int i = 0; i < 60; ++i) {
    const std::string name = "in/" + std::to_string(i);
    const std::string text = i % 5 == 0   ? "{\"a\":[1,\n"
                             : i % 5 == 1 ? std::string("\xff\xfe{\0", 4)
                             : i % 5 == 2 ? "x\n{\"a\":1}\n{\"a\":2}\n{\"a\":\n\"x\"}\n{\"c\":1}{\"a\":1}"
                                          : "";
    if (i % 5 != 4) loaded.folder.write(name, text);
    inputs.push_back(loaded.folder.path(name));
  }
  const Told one = scanned(*loaded.engine, inputs, nullptr, 1);
  CHECK(one.alerts.size() == 12 * 5);
  CHECK(one.errors.size() == 12 * 2);
  CHECK(one.rejected.size() == 12 * 2);
  for (const unsigned threads : {2u, 7u}) CHECK(scanned(*loaded.engine, inputs, nullptr, threads) == one);
}

TEST_CASE("scan: floods of events and rejections are delivered whole") {
  Loaded loaded;
  load_with_chunks_of(1 << 19, loaded);
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += i % 20'000 == 0 ? "{\"a\":1}" : "{}";
  for (int i = 0; i < 10'000; ++i) text += "\nx";
  text += "\n{\"a\":2}\n";
  const Told wanted = whole(*loaded.engine, text, "events");
  CHECK(wanted.alerts.size() == 6);
  for (const unsigned threads : {1u, 2u, 7u}) CHECK(scanned(*loaded.engine, {"events"}, &text, threads) == wanted);
}
