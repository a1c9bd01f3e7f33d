// throughput RULES EVENTS [SECONDS]: how fast one core goes, stage by stage, over one file of events (decompressed into memory
// first, so that neither disk nor zstd is measured).
//
//   dom       parse every event into simdjson's document tree: the yardstick, "just parse the JSON"
//   frame     bytes -> framed events
//   evaluate  framed events -> alerts, with all rules
//
// Each stage repeats for SECONDS (default 3) and reports its best pass: the machine's noise only ever slows it down.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <simdjson.h>

#include "engine.h"
#include "event/byte_source.h"
#include "event/event_reader.h"

namespace {

double best_seconds(double budget, const std::function<void()>& pass) {
  using Clock = std::chrono::steady_clock;
  double best = std::numeric_limits<double>::infinity();
  const auto begin = Clock::now();
  do {
    const auto start = Clock::now();
    pass();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  } while (std::chrono::duration<double>(Clock::now() - begin).count() < budget);
  return best;
}

void report(const char* stage, double seconds, size_t bytes, size_t events) {
  std::printf("%-9s %8.3f GB/s %10.0f events/s\n", stage, static_cast<double>(bytes) / seconds / 1e9,
              static_cast<double>(events) / seconds);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: throughput RULES EVENTS [SECONDS]\n");
    return 3;
  }
  const double budget = argc > 3 ? std::atof(argv[3]) : 3;
  sigrun::LoadOptions options;
  options.rule_paths = {argv[1]};
  sigrun::LoadReport load_report;
  const auto engine = sigrun::Engine::load(options, load_report);
  if (!engine) {
    std::fprintf(stderr, "%s\n", load_report.fatal.c_str());
    return 2;
  }

  std::string error;
  const auto file = sigrun::open_byte_source(argv[2], error);
  if (!file) {
    std::fprintf(stderr, "%s\n", error.c_str());
    return 3;
  }
  std::string text;
  for (size_t got = 1; got != 0;) {
    const size_t size = text.size();
    text.resize(size + (size_t{4} << 20));
    got = file->read(text.data() + size, text.size() - size);
    text.resize(size + got);
  }

  std::vector<sigrun::EventBatch> batches;
  size_t events = 0, bytes = 0;
  const auto frame = [&](bool keep) {
    const auto source = sigrun::memory_byte_source(text);
    sigrun::EventReader reader(*source, engine->envelopes(), engine->limits());
    sigrun::EventBatch batch;
    while (reader.next(batch)) {
      if (!keep) continue;
      for (const auto& span : batch.events) bytes += span.size;
      events += batch.events.size();
      batches.push_back(std::move(batch));
      batch = {};
    }
  };
  frame(true);
  if (events == 0) {
    std::fprintf(stderr, "%s: no events\n", argv[2]);
    return 3;
  }
  std::printf("%zu rules, %zu events, %zu bytes in them\n", load_report.loaded, events, bytes);

  simdjson::dom::parser parser;
  size_t parsed = 0;
  const double dom = best_seconds(budget, [&] {
    parsed = 0;
    for (const auto& batch : batches) {
      for (const auto& span : batch.events) {
        // The padding of the batch is enough for the last event too: no copy.
        parsed += parser.parse(batch.bytes.data() + span.begin, span.size, false).error() == simdjson::SUCCESS;
      }
    }
  });
  report("dom", dom, bytes, events);
  if (parsed != events) std::printf("          (%zu events are beyond the DOM parser)\n", events - parsed);

  report("frame", best_seconds(budget, [&] { frame(false); }), text.size(), events);

  auto scratch = engine->make_scratch();
  std::vector<sigrun::Alert> alerts;
  sigrun::Counters counters;
  const double evaluate = best_seconds(budget, [&] {
    counters = {};
    for (const auto& batch : batches) {
      alerts.clear();
      engine->evaluate(batch, argv[2], *scratch, alerts, counters);
    }
  });
  report("evaluate", evaluate, bytes, events);
  std::printf("%llu alerts; evaluation runs at %.3f of the DOM parser's speed\n",
              static_cast<unsigned long long>(counters.alerts()), dom / evaluate);
  return 0;
}
