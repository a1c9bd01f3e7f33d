// Nothing is allocated for an event that fires no rule, once memory has grown to what the events need.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "allocations/counted_new.h"
#include "engine.h"
#include "event/byte_source.h"
#include "event/event_reader.h"
#include "support/corpus.h"

namespace sigrun::test {
namespace {

std::unique_ptr<Engine> load(std::vector<std::string> rules) {
  LoadOptions options;
  options.rule_paths = std::move(rules);
  options.taxonomy_path = "rules/taxonomy";
  LoadReport report;
  auto engine = Engine::load(options, report);
  REQUIRE_MESSAGE(engine, report.fatal);
  REQUIRE(report.loaded > 0);
  return engine;
}

std::vector<std::string> files_of(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  REQUIRE_FALSE(files.empty());
  return files;
}

// What a pass over the events allocates that fire nothing, after one that grew the memory. RE2 builds the states of its automata
// when it meets them first, which belongs to growing: a second pass meets no others.
class Passes {
 public:
  explicit Passes(const Engine& engine) : engine_(engine), scratch_(engine.make_scratch(with_a_time)) {}

  // The first `most` events of a file that fire nothing.
  size_t grow(const std::string& path, size_t most) {
    std::string error;
    auto source = open_byte_source(path, error);
    REQUIRE_MESSAGE(source, error);
    EventReader reader(*source, engine_.envelopes(), engine_.limits());
    batches_.clear();
    size_t events = 0;
    for (EventBatch batch; events < most && reader.next(batch);) {
      keep_silent(batch);
      if (batch.events.size() > most - events) batch.events.resize(most - events);
      events += batch.events.size();
      batches_.push_back(batch);
    }
    return events;
  }

  uint64_t allocated_again() {
    const uint64_t before = allocations();
    for (const EventBatch& batch : batches_) engine_.evaluate(batch, "", *scratch_, alerts_, counters_);
    return allocations() - before;
  }

 private:
  void keep_silent(EventBatch& batch) {
    alerts_.clear();
    engine_.evaluate(batch, "", *scratch_, alerts_, counters_);
    std::set<uint64_t> firing;
    for (const Alert& alert : alerts_) firing.insert(alert.offset);
    alerts_.clear();
    std::erase_if(batch.events, [&](const EventSpan& span) { return firing.contains(span.offset); });
  }

  // Wide enough for every event, so that times are read.
  inline static const TimeRange with_a_time{0, {}};

  const Engine& engine_;
  Engine::ScratchPointer scratch_;
  std::vector<EventBatch> batches_;
  std::vector<Alert> alerts_;
  Counters counters_;
};

void check_files(const Engine& engine, const std::vector<std::string>& files, size_t most) {
  for (const std::string& path : files) {
    INFO(path);
    Passes passes(engine);
    const size_t events = passes.grow(path, most);
    CHECK(events > 0);
    INFO(events, " events");
    CHECK(passes.allocated_again() == 0);
  }
}

TEST_CASE("allocations are counted") {
  const uint64_t before = allocations();
  auto something = std::make_unique<std::string>(100, 'x');
  CHECK(something->size() == 100);
  CHECK(allocations() - before == 2);
}

TEST_CASE("the shipped rules allocate nothing for an event that fires none") {
  auto engine = load({"rules"});
  check_files(*engine, files_of("rules/samples"), SIZE_MAX);
}

TEST_CASE("the public rules allocate nothing for an event that fires none") {
  const std::string rules = corpus_path("sigmahq", "allocations");
  const std::string events = corpus_path("events", "allocations");
  if (rules.empty() || events.empty()) return;
  std::vector<std::string> folders;
  for (const char* folder :
       {"rules", "rules-compliance", "rules-emerging-threats", "rules-placeholder", "rules-threat-hunting"})
    folders.push_back(rules + "/" + folder);
  auto engine = load(folders);
  check_files(*engine, files_of(events), 20'000);
}

}  // namespace
}  // namespace sigrun::test
