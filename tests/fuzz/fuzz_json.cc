// libFuzzer: any bytes as an input of events, framed and run through the rules of tests/fuzz/rules, with and without log source
// tables. Outcomes add up, alerts point into the input, and the same bytes give the same alerts however they arrive.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alert/render.h"
#include "engine.h"
#include "event/byte_source.h"
#include "event/event_reader.h"

namespace {

using sigrun::Engine;

std::unique_ptr<Engine> load(bool tables) {
  sigrun::LoadOptions options;
  options.rule_paths = {SIGRUN_FUZZ_RULES};
  options.use_taxonomy = tables;
  // Small, so that the fuzzer meets the limits and the ends of batches, and does not spend its time on clearing buffers.
  options.limits.chunk_bytes = 1 << 10;
  options.limits.event_bytes = 2 << 10;
  options.limits.event_depth = 16;
  options.limits.values_per_event = 50;
  sigrun::LoadReport report;
  auto engine = Engine::load(options, report);
  if (!engine || report.refused != 0) {
    for (const auto& diagnostic : report.diagnostics) std::fprintf(stderr, "%s\n", diagnostic.to_string().c_str());
    std::fprintf(stderr, "the fuzzer's own rules do not load: %s\n", report.fatal.c_str());
    std::abort();
  }
  return engine;
}

// Hands out a few bytes at a time, so that every state of the framer meets the end of a buffer.
class DribblingSource : public sigrun::ByteSource {
 public:
  explicit DribblingSource(std::string_view bytes) : bytes_(bytes) {}
  size_t read(char* to, size_t capacity) override {
    size_t count = std::min({capacity, size_t{1} + at_ % 7, bytes_.size() - at_});
    std::memcpy(to, bytes_.data() + at_, count);
    at_ += count;
    return count;
  }
  const std::string& error() const override { return error_; }
  uint64_t consumed() const override { return at_; }
  uint64_t total() const override { return bytes_.size(); }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
  std::string error_;
};

struct Outcome {
  uint64_t events = 0, rejected = 0;
  std::string alerts;
};

Outcome run(const Engine& engine, Engine::Scratch& scratch, sigrun::ByteSource& source, uint64_t size) {
  Outcome outcome;
  sigrun::EventReader reader(source, engine.envelopes(), engine.limits());
  sigrun::EventBatch batch;
  std::vector<sigrun::Alert> alerts;
  while (reader.next(batch)) {
    alerts.clear();
    sigrun::Counters counters;
    engine.evaluate(batch, "fuzz", scratch, alerts, counters);
    if (!counters.balanced()) std::abort();
    if (counters.in != batch.events.size() + batch.rejected.size()) std::abort();
    if (counters.rejected < batch.rejected.size()) std::abort();
    if (counters.alerts() != alerts.size()) std::abort();
    outcome.events += batch.events.size();
    outcome.rejected += batch.rejected.size();
    for (const auto& alert : alerts) {
      if (size != 0 && alert.offset + alert.event.size() > size) std::abort();
      sigrun::render_ndjson(alert, outcome.alerts);
    }
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::unique_ptr<Engine> engines[] = {load(true), load(false)};
  static const Engine::ScratchPointer scratches[] = {engines[0]->make_scratch(), engines[1]->make_scratch()};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Compressed input ends up here too; its offsets are those of the decompressed bytes.
  const bool compressed = size >= 2 && (std::memcmp(data, "\x1f\x8b", 2) == 0 || std::memcmp(data, "\x28\xb5", 2) == 0 ||
                                        (data[0] & 0xf0) == 0x50);
  for (size_t i = 0; i < 2; ++i) {
    auto source = sigrun::memory_byte_source(text);
    const Outcome whole = run(*engines[i], *scratches[i], *source, compressed ? 0 : size);
    if (compressed || !source->error().empty()) continue;
    DribblingSource dribble(text);
    const Outcome pieces = run(*engines[i], *scratches[i], dribble, size);
    if (whole.events != pieces.events || whole.rejected != pieces.rejected || whole.alerts != pieces.alerts) std::abort();
  }
  return 0;
}
