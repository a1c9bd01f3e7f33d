#include "event_mix.h"

#include <vector>

#include "event/byte_source.h"
#include "event/event_reader.h"

namespace sigrun::bench {
namespace {

constexpr size_t read_bytes = 4 << 20;

template <class Take>
void for_each_batch(const std::string& text, const Engine& engine, Take&& take) {
  const auto source = memory_byte_source(text);
  EventReader reader(*source, engine.envelopes(), engine.limits());
  EventBatch batch;
  while (reader.next(batch)) take(batch);
}

}  // namespace

std::string read_events(const std::string& path, std::string& error) {
  std::string text;
  const auto file = open_byte_source(path, error);
  if (!file) return text;
  for (size_t got = 1; got != 0;) {
    const size_t size = text.size();
    text.resize(size + read_bytes);
    got = file->read(text.data() + size, text.size() - size);
    text.resize(size + got);
  }
  error = file->error();
  return text;
}

std::string select_events(const std::string& text, const Engine& engine,
                          const std::function<bool(std::string_view)>& keep) {
  std::string lines;
  for_each_batch(text, engine, [&](const EventBatch& batch) {
    for (const EventSpan& span : batch.events)
      if (const std::string_view event = batch.event(span); keep(event)) (lines += event) += '\n';
  });
  return lines;
}

std::string select_matching(const std::string& text, const Engine& engine) {
  std::string lines;
  const auto scratch = engine.make_scratch();
  for_each_batch(text, engine, [&](const EventBatch& batch) {
    std::vector<Alert> alerts;
    Counters counters;
    engine.evaluate(batch, "", *scratch, alerts, counters);
    const char* last = nullptr;
    for (const Alert& alert : alerts) {
      if (alert.event.data() == last) continue;
      last = alert.event.data();
      (lines += alert.event) += '\n';
    }
  });
  return lines;
}

}  // namespace sigrun::bench
