// A test's timeline: events with times, in the order in which they reach the engine.
//
//   start: 2026-11-20T09:00:00Z                  # optional
//   timeline:
//     - {at: +0s, repeat: 9, every: 1s, event: {User: alice, Port: '{n}'}}
//     - {at: +10s, event: {User: alice}}
//
// docs/rule-tests.md describes it. Reading, and making the events; test_rules.cc runs them. Plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine.h"
#include "sigma/yaml.h"
#include "support/diagnostic.h"

namespace sigrun::cli {

// 2026-01-01T00:00:00Z
inline constexpr int64_t default_start = 1'767'225'600'000'000'000;
// Of one timeline: a slip of the finger in `repeat` is told, and does not fill the memory.
inline constexpr uint64_t most_timeline_events = 100'000;

struct TimelineStep {
  Mark mark, event_mark;
  std::optional<int64_t> at;  // none: the event has a time of its own
  uint64_t repeat = 1;
  int64_t every = 0;       // between repetitions
  int64_t delay = 0;       // from an event's time to its arrival
  std::string time_field;  // empty: as the log source tables say
  std::string event;       // JSON, with {n} for the number of the repetition
};

struct Timeline {
  int64_t start = default_start;
  std::vector<TimelineStep> steps;
};

// The `start:` of a test. Empty after an error in `sink`.
std::optional<int64_t> read_start(const sigma::YamlNode& node, DiagnosticSink& sink);
// The `timeline:` of a test. What is malformed becomes an error in `sink`.
Timeline read_timeline(const sigma::YamlNode& node, int64_t start, DiagnosticSink& sink);

// The events one a line, as they arrive, with their times in them.
struct TimelineEvents {
  std::string text;
  size_t count = 0;
  int64_t first = 0, last = 0;  // times
  int64_t end = 0;              // when the last one has arrived
};

// Empty with errors in `sink` where an event is none, or has no time that the engine would find.
std::optional<TimelineEvents> make_events(const Timeline& timeline, const Engine& engine,
                                          DiagnosticSink& sink);

}  // namespace sigrun::cli
