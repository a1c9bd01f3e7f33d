#include "stage_inputs.h"

#include "table_loader.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "event/byte_source.h"
#include "event/event_reader.h"
#include "event/json_walker.h"
#include "plan/plan_builder.h"

namespace sigrun::bench {
namespace {

namespace fs = std::filesystem;

constexpr size_t most_bytes = 16 << 20, most_texts = 20'000;

[[noreturn]] void fail(const std::string& why) {
  std::fprintf(stderr, "stages: %s\n", why.c_str());
  std::exit(3);
}

void read_events(const std::string& path, StageInputs& inputs) {
  std::string error;
  const auto source = open_byte_source(path, error);
  if (!source) fail(error);
  EventReader reader(*source, {}, inputs.options.limits);
  EventBatch batch;
  while (inputs.bytes < most_bytes && reader.next(batch)) {
    inputs.events += batch.events.size();
    for (const auto& span : batch.events) inputs.bytes += span.size;
    inputs.batches.push_back(batch);
  }
}

StageInputs make_inputs() {
  StageInputs inputs;
  const char* set = std::getenv("SIGRUN_CORPUS");
  const std::string corpus = set && *set ? set : "../shared/corpus";
  const std::string events = corpus + "/events/win_flat_nxlog.ndjson.zst";
  if (fs::exists(events)) {
    for (const char* folder :
         {"/sigmahq/rules", "/sigmahq/rules-emerging-threats", "/sigmahq/rules-threat-hunting"})
      inputs.options.rule_paths.push_back(corpus + folder);
    read_events(events, inputs);
  } else {
    std::fprintf(stderr, "SKIPPED: public rules and events: there is no %s; shipped ones are taken\n",
                 events.c_str());
    inputs.options.rule_paths = {share_folder() + "/rules"};
    for (const char* name : {"windows", "linux", "cloudflare_http_requests"})
      if (const std::string path = share_folder() + "/rules/samples/" + name + ".ndjson"; fs::exists(path))
        read_events(path, inputs);
  }
  LoadReport report;
  auto rules = load_rules(inputs.options, report);
  auto tables = load_tables(inputs.options, report);
  if (!rules || !tables) fail(report.fatal);
  inputs.rules = std::move(rules->detections);
  inputs.tables = std::move(*tables);
  inputs.plan = build_plan({inputs.rules, inputs.tables, Routing::automatic, {}, inputs.options.limits});
  inputs.index = std::make_unique<CandidateIndex>(*inputs.plan);
  return inputs;
}

}  // namespace

const StageInputs& stage_inputs() {
  static const StageInputs inputs = make_inputs();
  return inputs;
}

void count_events(benchmark::State& state) {
  const auto passes = static_cast<int64_t>(state.iterations());
  state.SetBytesProcessed(passes * static_cast<int64_t>(stage_inputs().bytes));
  state.SetItemsProcessed(passes * static_cast<int64_t>(stage_inputs().events));
}

const std::vector<std::string>& folded_texts() {
  static const std::vector<std::string> texts = [] {
    const StageInputs& inputs = stage_inputs();
    std::vector<std::string> all;
    JsonWalker walker(inputs.plan->paths, inputs.options.limits);
    SlotTable table(inputs.plan->paths.slot_count());
    for_each_event([&](std::string_view event, std::span<const uint32_t> tokens) {
      if (all.size() >= most_texts) return;
      table.reset();
      if (walker.walk(event, table, tokens) == JsonWalker::Outcome::broken) return;
      for (size_t i = 0; i < table.size(); ++i) {
        if (table.value(i).kind != ValueKind::text) continue;
        all.emplace_back(table.folded(table.value(i)));
        all.back().reserve(all.back().size() + event_padding);
      }
    });
    return all;
  }();
  return texts;
}

}  // namespace sigrun::bench

BENCHMARK_MAIN();
