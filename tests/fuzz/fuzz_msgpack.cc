// libFuzzer: any bytes as a msgpack event, run through the rules of tests/fuzz/rules. It has one outcome; and what is sound as msgpack is
// written as JSON that fires the same alerts for the same reasons.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine.h"
#include "event/byte_source.h"
#include "event/event_reader.h"
#include "event/msgpack_walker.h"

namespace {

using sigrun::Engine;

std::unique_ptr<Engine> load(bool tables) {
  sigrun::LoadOptions options;
  options.rule_paths = {SIGRUN_FUZZ_RULES};
  options.use_taxonomy = tables;
  options.limits.event_bytes = 2 << 10;
  options.limits.event_depth = 16;
  options.limits.values_per_event = 50;
  sigrun::LoadReport report;
  auto engine = Engine::load(options, report);
  if (!engine || report.refused != 0) {
    std::fprintf(stderr, "the fuzzer's own rules do not load: %s\n", report.fatal.c_str());
    std::abort();
  }
  return engine;
}

std::string told(const std::vector<sigrun::Alert>& alerts) {
  std::string out;
  for (const sigrun::Alert& alert : alerts) {
    out += alert.rule->id + " " + alert.id.c_str();
    for (const sigrun::Match& match : alert.matches) out += " " + std::string(match.field) + "=" + match.value.text();
    out += "\n";
  }
  return out;
}

std::string json_of(std::string_view msgpack) {
  static const sigrun::PathTrie no_paths = [] {
    sigrun::PathTrie paths;
    paths.freeze();
    return paths;
  }();
  static const sigrun::Limits limits;
  sigrun::MsgpackWalker walker(no_paths, limits);
  sigrun::SlotTable table(0);
  walker.walk(msgpack, table);
  std::string json;
  walker.write_json(json);
  return json;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::unique_ptr<Engine> engines[] = {load(true), load(false)};
  static const Engine::ScratchPointer scratches[] = {engines[0]->make_live_scratch(nullptr), engines[1]->make_live_scratch(nullptr)};
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (size_t i = 0; i < 2; ++i) {
    sigrun::Counters counters;
    std::vector<sigrun::Alert> alerts;
    std::string problem;
    engines[i]->evaluate_record({sigrun::HostRecord::Form::msgpack, bytes, {}}, "fuzz", *scratches[i], alerts, counters, problem);
    if (!counters.balanced() || counters.in != 1) std::abort();
    if ((counters.rejected == 1) == problem.empty()) std::abort();
    if (counters.processed != 1) continue;
    const std::string as_msgpack = told(alerts), json = json_of(bytes);
    const auto source = sigrun::memory_byte_source(json);
    sigrun::EventReader reader(*source, {}, engines[i]->limits());
    sigrun::EventBatch batch;
    if (!reader.next(batch) || batch.events.size() != 1) continue;  // longer than a limit
    alerts.clear();
    counters = {};
    engines[i]->evaluate(batch, "fuzz", *scratches[i], alerts, counters);
    if (counters.processed == 1 && told(alerts) != as_msgpack) {
      std::fprintf(stderr, "as JSON: %s\n%s---\n%s", json.c_str(), told(alerts).c_str(), as_msgpack.c_str());
      std::abort();
    }
  }
  return 0;
}
