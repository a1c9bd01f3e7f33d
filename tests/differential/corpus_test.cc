// All public rules against public events: the engine agrees with the naive evaluator. Log sources are off: every rule is
// tried on every event.
//
// SIGRUN_DIFFERENTIAL_EVENTS=N  how many events of each file (default 40)
// SIGRUN_DIFFERENTIAL_SEED=N    another choice of events
#include <doctest/doctest.h>

#include <iostream>

#include "differential/comparison.h"
#include "differential/corpus.h"

namespace sigrun::differential {
namespace {

constexpr size_t shown_differences = 10;

class CorpusComparison {
 public:
  // Rules that both sides refuse (those that need placeholder values) are left out.
  void load(const std::string& folder) {
    for (const std::string& path : files_below(folder, ".yml")) {
      std::string why;
      switch (comparison_.add(read_text(path), {}, &why)) {
        case Comparison::Loaded::both: ++loaded_; break;
        case Comparison::Loaded::neither: ++refused_; break;
        default:
          ++differences_;
          std::cerr << "DIFFERENCE: only one side loads " << path << "\n" << why;
      }
    }
  }

  void prepare() { comparison_.prepare(); }

  void compare(const std::vector<std::string>& events) {
    for (const std::string& event : events)
      for (const Disagreement& difference : comparison_.compare(event))
        if (++differences_ <= shown_differences) report(difference, event);
  }

  size_t loaded() const { return loaded_; }
  size_t refused() const { return refused_; }
  uint64_t differences() const { return differences_; }
  uint64_t pairs() const { return comparison_.pairs(); }
  uint64_t matches() const { return comparison_.matches(); }

 private:
  void report(const Disagreement& difference, const std::string& event) const {
    const std::string& yaml = comparison_.text(difference.rule);
    std::cerr << "\nDIFFERENCE\n" << yaml << event << "\nminimised: " << minimised(yaml, event, nullptr, {});
  }

  Comparison comparison_;
  size_t loaded_ = 0, refused_ = 0;
  uint64_t differences_ = 0;
};

}  // namespace

TEST_CASE("public rules and events: the engine agrees with the naive evaluator") {
  auto corpus = corpus_folder("public rules against public events");
  if (!corpus) return;
  size_t count = environment_number("SIGRUN_DIFFERENTIAL_EVENTS", 40);
  uint64_t seed = environment_number("SIGRUN_DIFFERENTIAL_SEED", 20'261'123);

  CorpusComparison comparison;
  for (const char* folder : {"rules", "rules-compliance", "rules-emerging-threats", "rules-placeholder", "rules-threat-hunting"})
    comparison.load(*corpus + "/sigmahq/" + folder);
  comparison.prepare();
  for (const std::string& path : files_below(*corpus + "/events", ".zst")) comparison.compare(sample_events(path, {}, count, seed));
  // The events that the rules were written for, as exported and flattened, and those one field away.
  for (const char* shape : {"events", "flat_events"})
    comparison.compare(sample_events(*corpus + "/regression/cases.ndjson", {shape}, count * 2, seed));
  comparison.compare(sample_events(*corpus + "/regression/near_miss.ndjson", {"event"}, count * 2, seed));

  MESSAGE("rules ", comparison.loaded(), ", refused ", comparison.refused(), ", pairs ", comparison.pairs(), ", matches ", comparison.matches());
  CHECK(comparison.differences() == 0);
  CHECK(comparison.loaded() > 3'700);
  CHECK(comparison.refused() < 40);
  CHECK(comparison.matches() > 100);
}

}  // namespace sigrun::differential
