#include "engine_stages.h"

#include "event/byte_source.h"
#include "event/event_reader.h"

namespace sigrun::bench {

template <class Take>
uint64_t EngineStages::frame(Take&& take) {
  const auto source = memory_byte_source(text_);
  EventReader reader(*source, engine_.envelopes(), engine_.limits());
  uint64_t events = 0;
  while (reader.next(batch_)) {
    events += batch_.events.size();
    take(batch_);
  }
  return events;
}

EngineStages::EngineStages(const Engine& engine, const std::string& text)
    : engine_(engine), scratch_(engine.make_scratch()), text_(text) {
  events_ = frame([&](const EventBatch& batch) { batches_.push_back(batch); });
}

uint64_t EngineStages::evaluate(const EventBatch& batch) {
  alerts_.clear();
  Counters counters;
  engine_.evaluate(batch, "", *scratch_, alerts_, counters);
  return alerts_.size();
}

std::vector<Stage> EngineStages::stages() {
  auto evaluate_all = [this] {
    uint64_t alerts = 0;
    for (const EventBatch& batch : batches_) alerts += evaluate(batch);
    return alerts;
  };
  auto scan = [this] {
    uint64_t alerts = 0;
    frame([&](const EventBatch& batch) { alerts += evaluate(batch); });
    return alerts;
  };
  // A small mix goes round and round: what was remembered of it would make it faster than any log is.
  auto forget = [this] { engine_.forget(*scratch_); };
  return {{"frame", [this] { return frame([](const EventBatch&) {}); }, {}, {}},
          {"evaluate", evaluate_all, {}, forget},
          {"sigrun", scan, {}, forget}};
}

}  // namespace sigrun::bench
