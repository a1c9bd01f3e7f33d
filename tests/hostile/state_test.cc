// Saved state with damage that its checksums do not tell of: cut, flipped, spliced. It is refused whole, or it can be gone on with; nothing else happens.
//
// SIGRUN_DAMAGED_STATES=N  how many damaged states are restored (default 10,000)
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "correlation_stage.h"
#include "event/byte_source.h"
#include "event/event_reader.h"
#include "scan.h"
#include "scan_state.h"
#include "state/state_file.h"
#include "support/engine_fixture.h"
#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

std::string some_events(std::mt19937_64& random, size_t count, int64_t from_seconds) {
  std::string events;
  for (size_t i = 0; i < count; ++i) {
    const int64_t at = from_seconds + static_cast<int64_t>(i) -
                       (random() % 20 == 0 ? static_cast<int64_t>(random() % 60) : 0);
    events += fmt::format(
        R"({{"@timestamp":"2026-11-20T10:{:02}:{:02}Z","user":"u{}","address":"a{}","outcome":"{}","bytes":{}}})"
        "\n",
        at / 60 % 60, at % 60, random() % 6, random() % 3, random() % 3 == 0 ? "success" : "failure",
        random() % 1000);
  }
  return events;
}

// Sections that own their bytes.
struct OwnSection {
  uint32_t kind;
  std::string bytes;
};
using Sections = std::vector<OwnSection>;

// The state that a scan of these events leaves.
Sections state_of(const test::Loaded& loaded, const std::string& events, const std::string& name) {
  ScanOptions options;
  options.threads = 1;
  options.state = {loaded.folder.path("state of " + name), 60, 0};
  const ScanResult result =
      scan(*loaded.engine, {loaded.folder.write(name, events)}, options, ScanObserver());
  REQUIRE(result.snapshots == 1);
  const StateFile file = read_state_file(loaded.folder.path("state of " + name) + "/sigrun.state");
  REQUIRE(file.problem == "");
  Sections sections;
  for (const StateSection& section : file.sections)
    sections.push_back({section.kind, std::string(section.bytes)});
  return sections;
}

std::vector<StateSection> views_of(const Sections& sections) {
  std::vector<StateSection> views;
  for (const OwnSection& section : sections) views.push_back({section.kind, section.bytes});
  return views;
}

void damage(Sections& sections, const std::vector<Sections>& states, std::mt19937_64& random) {
  auto any = [&](Sections& of) -> OwnSection& {
    // Half of them in the few that are no shards, and most others in shards that hold something.
    for (int i = 0; i < 50; ++i) {
      OwnSection& section = of[random() % 2 == 0 ? random() % 3 : random() % of.size()];
      if (section.kind != 3 || section.bytes.size() > 60) return section;
    }
    return of.back();
  };
  for (uint64_t times = 1 + random() % 3; times > 0; --times) {
    std::string& bytes = any(sections).bytes;
    const size_t at = bytes.empty() ? 0 : random() % bytes.size();
    switch (random() % 8) {
      case 0: bytes.resize(at); break;
      case 1:
      case 2:
        if (!bytes.empty()) bytes[at] ^= static_cast<char>(1 << random() % 8);
        break;
      case 3:  // a number that is far too large, or below zero
        for (size_t i = at; i < std::min(bytes.size(), at + 8); ++i)
          bytes[i] = static_cast<char>(random() % 4 == 0 ? 0x7F : 0xFF);
        break;
      case 4: {  // the rest of another section
        Sections other = states[random() % states.size()];
        const std::string& from = any(other).bytes;
        if (!from.empty()) bytes = bytes.substr(0, at) + from.substr(random() % from.size());
        break;
      }
      case 5: {  // the section of another moment
        const Sections& other = states[random() % states.size()];
        const size_t place = random() % std::min(sections.size(), other.size());
        sections[place] = other[place];
        break;
      }
      case 6:
        sections.insert(sections.begin() + static_cast<ptrdiff_t>(random() % sections.size()), any(sections));
        break;
      default: sections.erase(sections.begin() + static_cast<ptrdiff_t>(random() % sections.size())); break;
    }
    if (sections.empty()) return;
  }
}

size_t peak_megabytes() {
  rusage usage;
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<size_t>(usage.ru_maxrss) / 1024;
}

}  // namespace

TEST_CASE("hostile state: cut, flipped and spliced, it is refused whole or can be gone on with") {
  std::mt19937_64 random(test::announce_seed("damaged states"));
  test::Loaded loaded;
  loaded.options.rule_paths = {"tests/fuzz/state_rules"};
  loaded.options.limits.correlation_log_entries = 16;
  loaded.load();
  REQUIRE_MESSAGE(loaded.engine, loaded.said());
  const Engine& engine = *loaded.engine;
  std::vector<Sections> states;
  const std::string events = some_events(random, 400, 0);
  states.push_back(state_of(loaded, events, "long"));
  states.push_back(state_of(loaded, events.substr(0, events.find('\n', events.size() / 2) + 1), "half"));
  states.push_back(state_of(loaded, some_events(random, 5, 0), "undecided"));

  // What comes next, matched once.
  const std::string more = some_events(random, 60, 400);
  const auto source = memory_byte_source(more);
  EventReader reader(*source, engine.envelopes(), engine.limits());
  EventBatch batch;
  REQUIRE(reader.next(batch));
  const auto scratch = engine.make_scratch();
  std::vector<Alert> alerts;
  Counters counters;
  EventOccurrences occurrences;
  engine.evaluate_some(batch, 0, SIZE_MAX, "more", *scratch, alerts, counters, nullptr, &occurrences);
  REQUIRE(occurrences.batch.occurrences.size() >= 60);

  const char* wanted = std::getenv("SIGRUN_DAMAGED_STATES");
  const size_t rounds = wanted ? std::strtoul(wanted, nullptr, 10) : 10'000;
  const size_t before = peak_megabytes();
  size_t taken = 0;
  for (size_t round = 0; round < rounds; ++round) {
    Sections sections = states[random() % states.size()];
    if (round > 0) damage(sections, states, random);
    const std::vector<StateSection> views = views_of(sections);
    CorrelatorOptions options;
    options.evidence_bytes = 4 << 20;
    for (const StateSection& section : views)
      if (section.kind == 3) options.seed = Correlator::seed_of(section.bytes).value_or(0);
    size_t told = 0;
    CorrelationStage stage(engine, options, {}, [&](const Alert&) { ++told; });
    std::vector<InputPosition> known;
    std::vector<CorrelationChange> changes;
    const bool sound = restore_state(views, stage, 0, known, changes);
    if (round == 0) REQUIRE(sound);
    taken += sound;
    if (!sound)
      REQUIRE((known.empty() && changes.empty() && stage.correlator().counters().not_restored == 0));
    stage.begin({{known.empty() ? "more" : known.front().name, {}, {}}});
    EventOccurrences some = occurrences;
    stage.take(0, some);
    stage.finish();
    if (!sound) REQUIRE(stage.counters().occurrences > 0);
  }
  MESSAGE("damaged states ", rounds, ", taken all the same ", taken, ", more memory ",
          peak_megabytes() - before, " MB");
  CHECK(taken < rounds);
  CHECK(peak_megabytes() - before < 200);
}
