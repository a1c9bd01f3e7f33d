#include "correlate/evidence_ring.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sigrun;

TEST_CASE("a ring that forgot something tells how far back it reaches, also once restored") {
  EvidenceRing ring(8192);
  const std::string text(500, 'e');
  const EventPlace place{"input", 1, 2, text};
  uint64_t last = EvidenceRing::none;
  for (int64_t time = 0; time < 10; ++time) {
    Occurrence occurrence;
    occurrence.time = time;
    last = ring.add(last, occurrence, place, 1000);
    CHECK(ring.lasts_since(-1'000));
  }
  for (int64_t time = 10; time < 100; ++time) {
    Occurrence occurrence;
    occurrence.time = time;
    last = ring.add(last, occurrence, place, time % 2 == 0 ? 1000 : 0);
    CHECK(ring.has_text(last) == (time % 2 == 0));
  }
  CHECK_FALSE(ring.lasts_since(-1'000));
  std::vector<Evidence> found;
  ring.collect(last, 0, 100, 1000, found);
  REQUIRE(found.size() > 10);
  CHECK(found.back().time == 99);
  CHECK(found.back().event.empty());
  CHECK(found[found.size() - 2].event == text);
  CHECK(ring.lasts_since(found.front().time));
  CHECK_FALSE(ring.lasts_since(found.front().time - 1));

  std::string saved;
  ring.save(saved);
  EvidenceRing restored(8192);
  REQUIRE(restored.restore(saved, [](SourceId source) { return source; }));
  CHECK(restored.lasts_since(found.front().time));
  CHECK_FALSE(restored.lasts_since(found.front().time - 1));
}
