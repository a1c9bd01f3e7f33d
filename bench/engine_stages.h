// What an engine does with the bytes:
//
//   frame     events out of the bytes
//   evaluate  framed events to alerts
//   sigrun    bytes to alerts: frame and evaluate
//
// Order of calls: construct, stages(); the object, the engine and the text must live as long as the stages.
// The events are framed once beforehand, for `evaluate`. Threads: one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine.h"
#include "stage.h"

namespace sigrun::bench {

class EngineStages {
 public:
  EngineStages(const Engine& engine, const std::string& text);
  std::vector<Stage> stages();
  size_t events() const { return events_; }

 private:
  template <class Take>
  uint64_t frame(Take&& take);
  uint64_t evaluate(const EventBatch& batch);

  const Engine& engine_;
  Engine::ScratchPointer scratch_;
  const std::string& text_;
  std::vector<EventBatch> batches_;
  EventBatch batch_;
  std::vector<Alert> alerts_;
  size_t events_ = 0;
};

}  // namespace sigrun::bench
