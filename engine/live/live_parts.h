// What a LiveEngine is made of; for the files that define it. Nobody else includes it.
//
// Locks are taken in this order: loading_ or metrics_mutex_, stage_mutex_, inputs_mutex_, an input's, handed_mutex_, mutex_, a generation's, the queue's.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "alert/render.h"
#include "event/line_framer.h"
#include "live/live_engine.h"

namespace sigrun {

struct LiveEngine::Scratch {
  explicit Scratch(const Engine& of, std::atomic<uint64_t>* hits)
      : engine(of.make_live_scratch(hits)), lines(of.envelopes(), of.limits()) {}
  Engine::ScratchPointer engine;
  LineFramer lines;
  EventBatch batch, other_batch;
  std::vector<Alert> alerts;
  std::vector<Rejection> rejected;
  Counters counters;  // of the call
  EventOccurrences occurrences;
  HandedEvents handed;
  std::vector<Matched> matched;
  std::string json, problem;
};

struct LiveEngine::Generation {
  std::unique_ptr<const Engine> engine;  // null: nothing is loaded
  std::shared_ptr<const LoadReport> report = std::make_shared<LoadReport>();
  RulesById rules;
  std::unique_ptr<std::atomic<uint64_t>[]> hits;        // by rule
  std::unique_ptr<std::atomic<bool>[]> told_of_budget;  // by rule: a health alert was raised
  std::map<const RuleInfo*, size_t> number_of;          // of rules
  std::mutex mutex;                                     // guards what follows
  std::vector<std::unique_ptr<Scratch>> idle;

  bool correlates() const { return engine && !engine->correlations().empty(); }
  std::unique_ptr<Scratch> take_scratch() {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        auto scratch = std::move(idle.back());
        idle.pop_back();
        return scratch;
      }
    }
    return std::make_unique<Scratch>(*engine, hits.get());
  }
};

struct LiveEngine::Input {
  std::string name;
  std::string saved_name;        // its clock's in the stage and in saved state; no other input has it
  std::optional<size_t> number;  // of the stage; of the thread that holds its lock

  std::mutex mutex;  // guards what follows
  struct Handed {
    std::shared_ptr<Generation> generation;
    HandedEvents events;
    size_t bytes = 0;
  };
  std::vector<Handed> pending;
  bool marked = false;  // it is among handed_inputs_
};

// An alert as the queue keeps it: one line, without its end.
inline void render(const Alert& alert, std::string& json) {
  json.clear();
  render_ndjson(alert, json);
  if (json.ends_with('\n')) json.pop_back();
}

}  // namespace sigrun
