// The clocks of files on recorded events, whose times are read as the shipped log source tables say. The
// figures are those of docs/decisions/2026-11-23-event-time.md, which the constants of time_votes.h were
// chosen on.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "event/byte_source.h"
#include "support/corpus.h"
#include "support/rule_fixture.h"
#include "support/shipped_tables.h"
#include "time/time_stream.h"

using namespace sigrun;
using namespace sigrun::test;

namespace {

std::string whole_file(const std::string& path) {
  std::string error, text;
  auto source = open_byte_source(path, error);
  REQUIRE_MESSAGE(source, error);
  char buffer[1 << 16];
  while (size_t size = source->read(buffer, sizeof buffer)) text.append(buffer, size);
  REQUIRE_MESSAGE(source->error().empty(), source->error());
  return text;
}

struct Recorded {
  std::vector<EventStamp> stream;
  size_t behind = 0;  // a watermark that knows no segments and believes every jump
};

Recorded read_recorded(const std::string& folder, const std::string& name) {
  static Bench bench(rule_with_items("none_such: x"), shipped_tables(), Routing::automatic);
  Recorded recorded;
  const std::string text = whole_file(folder + "/" + name + ".ndjson.zst");
  int64_t newest = 0;
  for (size_t from = 0; from < text.size();) {
    const size_t end = std::min(text.find('\n', from), text.size());
    bench.match(std::string_view(text).substr(from, end - from));
    const auto time = bench.matcher().time();
    const int64_t lateness = bench.matcher().lateness_seconds() * seconds;
    recorded.stream.push_back({time, lateness});
    if (time) {
      recorded.behind += *time < newest - lateness;
      newest = std::max(newest, *time);
    }
    from = end + 1;
  }
  return recorded;
}

}  // namespace

TEST_CASE("recorded files: late events, odd times and segments (public events)") {
  const std::string folder = corpus_path("events", "recorded files");
  if (folder.empty()) return;
  struct Expected {
    std::string name;
    size_t events, behind;
    TimeCounters counters;
  };
  const std::vector<Expected> files = {
      {"win_flat_nxlog", 130741, 125734, {81, 6, 0, 63}},
      {"win_flat_lsass", 49824, 34095, {51, 11, 0, 14}},
      {"win_winlogbeat_nested", 28473, 17749, {2, 0, 0, 4}},
      {"cloudtrail", 3003, 0, {0, 0, 0, 0}},
      {"azure_la_misc", 726, 189, {12, 4, 0, 3}},
  };
  for (const Expected& file : files) {
    CAPTURE(file.name);
    const Recorded recorded = read_recorded(folder, file.name);
    CHECK(recorded.stream.size() == file.events);
    CHECK(recorded.behind == file.behind);
    const auto decided = decide_file(recorded.stream);
    CHECK(decided.counters.late == file.counters.late);
    CHECK(decided.counters.future == file.counters.future);
    CHECK(decided.counters.timeless == file.counters.timeless);
    CHECK(decided.counters.segments == file.counters.segments);
  }
}

TEST_CASE("recorded files: concatenated captures are decided as their parts one by one (public events)") {
  const std::string folder = corpus_path("events", "concatenated captures");
  if (folder.empty()) return;
  const auto stream = read_recorded(folder, "win_flat_nxlog").stream;
  const auto whole = decide_file(stream).events;

  // Every place where the time falls by more than an hour begins a segment, but for the three at which one
  // capture returns from events that are four hours ahead of it.
  size_t falls = 0, missed = 0;
  for (size_t i = 1; i < stream.size(); ++i) {
    if (*stream[i].time >= *stream[i - 1].time - 3600 * seconds) continue;
    ++falls;
    missed += whole[i].timing != Timing::segment_start;
  }
  CHECK(falls == 56);
  CHECK(missed == 3);

  size_t from = 0, parts = 0;
  for (size_t i = 1; i <= whole.size(); ++i) {
    if (i < whole.size() && whole[i].timing != Timing::segment_start) continue;
    auto part = decide_file(std::span(stream).subspan(from, i - from)).events;
    if (from > 0) part[0].timing = Timing::segment_start;
    CHECK(same(part, std::span(whole).subspan(from, i - from)));
    from = i;
    ++parts;
  }
  CHECK(parts == 64);
}
