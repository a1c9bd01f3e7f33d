// libFuzzer: any bytes as the state of a scan. What is refused leaves nothing behind; what is taken can be gone on with, saved, and taken again.
//
// A state file's checksums would stop every mutation, so they are not looked at: this is what an attacker with a calculator writes. Shards that the input
// does not tell of are empty. Seeds: state files of `sigrun scan --state DIR -r tests/fuzz/state_rules` (scripts/make-state-seeds).
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "alert/render.h"
#include "correlation_stage.h"
#include "engine.h"
#include "event/byte_source.h"
#include "event/event_reader.h"
#include "scan_state.h"
#include "state/state_file.h"
#include "support/saved_bytes.h"

namespace {

using namespace sigrun;

constexpr uint32_t stage_section = 2, shard_section = 3;

std::unique_ptr<Engine> load() {
  LoadOptions options;
  options.rule_paths = {SIGRUN_FUZZ_RULES};
  options.use_taxonomy = false;
  options.limits.correlation_log_entries = 16;  // so that the fuzzer meets full logs
  LoadReport report;
  auto engine = Engine::load(options, report);
  if (!engine || report.refused != 0) {
    for (const auto& diagnostic : report.diagnostics)
      std::fprintf(stderr, "%s\n", diagnostic.to_string().c_str());
    std::fprintf(stderr, "the fuzzer's own rules do not load: %s\n", report.fatal.c_str());
    std::abort();
  }
  return engine;
}

// Events that go on where those of the seeds end, of the same users and addresses.
struct Events {
  explicit Events(const Engine& engine) {
    for (int i = 0; i < 60; ++i)
      text += "{\"@timestamp\":\"2026-11-20T10:0" + std::to_string(4 + i / 20) + ":" +
              std::to_string(10 + i % 20 * 2) + "Z\",\"user\":\"u" + std::to_string(i % 5) +
              "\",\"address\":\"a" + std::to_string(i % 2) + "\",\"outcome\":\"" +
              (i % 3 == 0 ? "success" : "failure") + "\",\"bytes\":" + std::to_string(i * 37 % 1000) + "}\n";
    source = memory_byte_source(text);
    reader = std::make_unique<EventReader>(*source, engine.envelopes(), engine.limits());
    if (!reader->next(batch)) std::abort();
    const auto scratch = engine.make_scratch();
    std::vector<Alert> alerts;
    Counters counters;
    engine.evaluate_some(batch, 0, SIZE_MAX, "events", *scratch, alerts, counters, nullptr, &occurrences);
    if (occurrences.batch.occurrences.size() < 60) std::abort();
  }
  std::string text;
  std::unique_ptr<ByteSource> source;
  std::unique_ptr<EventReader> reader;
  EventBatch batch;
  EventOccurrences occurrences;
};

// As in a state file, but for the checksums, which are passed over.
std::vector<StateSection> sections_in(std::string_view text) {
  std::vector<StateSection> sections;
  text.remove_prefix(std::min(text.size(), text.find('\n') + 1));
  uint32_t kind;
  uint64_t size;
  while (take_bytes(text, kind) && take_bytes(text, size) && kind != StateFileWriter::end_kind) {
    sections.push_back({kind, text.substr(0, size)});
    text.remove_prefix(std::min<uint64_t>(text.size(), size));
    text.remove_prefix(std::min(text.size(), sizeof(uint64_t)));
  }
  return sections;
}

// A shard's number; more than there are where it tells none.
uint32_t number_of(std::string_view shard) {
  uint64_t seed;
  uint32_t number = UINT32_MAX;
  if (take_bytes(shard, seed)) take_bytes(shard, number);
  return number;
}

// Shards that are not there: of the first one's seed and moment.
void add_empty_shards(std::vector<StateSection>& sections, std::vector<std::string>& made) {
  const auto first = std::find_if(sections.begin(), sections.end(),
                                  [](const StateSection& section) { return section.kind == shard_section; });
  std::string_view head = first == sections.end() ? std::string_view() : first->bytes;
  uint64_t seed = 0;
  uint32_t number = 0;
  int64_t watermark = 0;
  take_bytes(head, seed), take_bytes(head, number), take_bytes(head, watermark);
  std::set<uint32_t> there;
  for (const StateSection& section : sections)
    if (section.kind == shard_section) there.insert(number_of(section.bytes));
  made.reserve(256);
  for (number = 0; number < 256; ++number) {
    if (there.contains(number)) continue;
    std::string& shard = made.emplace_back();
    append_bytes(shard, seed);
    append_bytes(shard, number);
    append_bytes(shard, watermark);
    append_bytes(shard, uint64_t{16});  // evidence: from here to here
    append_bytes(shard, uint64_t{8});
    append_bytes(shard, uint64_t{8});
    sections.push_back({shard_section, shard});
  }
}

CorrelatorOptions options_of(const std::vector<StateSection>& sections) {
  CorrelatorOptions options;
  options.evidence_bytes = 1 << 20;
  for (const StateSection& section : sections)
    if (section.kind == shard_section) {
      options.seed = Correlator::seed_of(section.bytes).value_or(0);
      break;
    }
  return options;
}

// The stage as sections again.
struct Again {
  std::string plan, stage;
  std::vector<std::string> shards;
  std::vector<StateSection> sections;
};
Again save(CorrelationStage& stage) {
  Again again{stage.correlator().save_plan(), stage.save(), {}, {}};
  stage.correlator().begin_save([&](std::string_view shard) { again.shards.emplace_back(shard); });
  while (stage.correlator().save_more(256)) {
  }
  again.sections = {{1, ""}, {4, again.plan}, {stage_section, again.stage}};
  for (const std::string& shard : again.shards) again.sections.push_back({shard_section, shard});
  return again;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::unique_ptr<Engine> engine = load();
  static const Events events(*engine);
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string problem;
  if (!sections_of(text, problem).empty() && !problem.empty()) std::abort();

  std::vector<StateSection> sections = sections_in(text);
  std::vector<std::string> made;
  add_empty_shards(sections, made);
  std::string rendered;
  CorrelationStage stage(*engine, options_of(sections), {}, [&](const Alert& alert) {
    rendered.clear();
    render_ndjson(alert, rendered);
  });
  std::vector<InputPosition> known;
  std::vector<CorrelationChange> changes;
  const bool taken = restore_state(sections, stage, 0, known, changes);
  if (!taken && (!known.empty() || !changes.empty())) std::abort();
  stage.begin({{known.empty() ? "events" : known[0].name, {}, {}}});
  if (taken && known.empty()) {
    // What was taken can be given again.
    const Again again = save(stage);
    CorrelationStage second(*engine, options_of(again.sections), {}, {});
    if (!restore_state(again.sections, second, 0, known, changes)) std::abort();
  }
  EventOccurrences some = events.occurrences;
  stage.take(0, some);
  if (stage.correlator().counters().groups > 100'000) std::abort();
  stage.finish();
  return 0;
}
