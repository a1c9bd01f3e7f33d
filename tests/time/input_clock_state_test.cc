// A clock's state as bytes.
#include <doctest/doctest.h>

#include <random>

#include "support/rule_fixture.h"
#include "time/time_stream.h"

using namespace sigrun;
using namespace sigrun::test;

TEST_CASE("clock state: a file goes on where it was saved, undecided events included (random streams)") {
  std::mt19937_64 random(announce_seed("clock state: files"));
  for (int round = 0; round < 300; ++round) {
    std::vector<EventStamp> stream;
    int64_t time = year_2026;
    for (int i = 0; i < 400; ++i) {
      if (random() % 30 == 0) time += (static_cast<int64_t>(random() % 8000) - 4000) * seconds;
      time += static_cast<int64_t>(random() % 2000) * 1'000'000;
      stream.push_back({random() % 40 == 0 ? std::nullopt : std::optional(time)});
    }
    const auto whole = decide_file(stream);
    const size_t cut = random() % stream.size();
    std::vector<EventTime> decided;
    InputClock first(InputKind::file);
    first.add(std::span(stream).first(cut), 0, decided);
    const std::string bytes = first.save();
    InputClock second(InputKind::file);
    REQUIRE(second.restore(bytes));
    CHECK(second.save() == bytes);
    CHECK(second.undecided() == first.undecided());
    CHECK(second.watermark() == first.watermark());
    second.add(std::span(stream).subspan(cut), 0, decided);
    second.end(decided);
    CHECK(same(whole.events, decided));
    CHECK(second.counters() == whole.counters);
  }
}

TEST_CASE("clock state: a live input goes on, and its idle time with it") {
  std::vector<EventTime> decided;
  InputClock first(InputKind::live);
  first.add(stamps({0, 10, -500}), year_2026 + 20 * seconds, decided);
  InputClock second(InputKind::live);
  REQUIRE(second.restore(first.save()));
  CHECK(second.counters() == TimeCounters{.late = 1});
  second.advance_idle(year_2026 + 50 * seconds);
  CHECK(second.watermark() == year_2026 + (40 - 120) * seconds);
}

TEST_CASE("clock state: what is damaged or of another kind is refused and changes nothing") {
  std::vector<EventTime> decided;
  InputClock file(InputKind::file);
  file.add(run_of(20, 0), 0, decided);
  file.add(stamps({5000, 20}), 0, decided);
  REQUIRE(file.undecided() == 2);
  const std::string bytes = file.save();
  CHECK_FALSE(InputClock(InputKind::live).restore(bytes));
  InputClock other(InputKind::file);
  other.add(run_of(20, 100), 0, decided);
  const std::string before = other.save();
  for (size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(other.restore(bytes.substr(0, size)));
  CHECK_FALSE(other.restore(bytes + '\0'));
  for (size_t place : {0, 8, 16, 39}) {  // version, kind, presence, the lateness' sign
    std::string damaged = bytes;
    damaged[place] = static_cast<char>(0xff);
    CHECK_FALSE(other.restore(damaged));
  }
  std::string live = bytes;
  live[8] = 1;                                             // the kind
  CHECK_FALSE(InputClock(InputKind::live).restore(live));  // live inputs hold nothing back
  CHECK(other.save() == before);
  // Any other damage gives some clock, which works.
  for (size_t place = 0; place < bytes.size(); ++place) {
    std::string damaged = bytes;
    damaged[place] = static_cast<char>(damaged[place] ^ 0x81);
    InputClock clock(InputKind::file);
    if (!clock.restore(damaged)) continue;
    std::vector<EventTime> said;
    const size_t undecided = clock.undecided();
    clock.add(run_of(300, 0), 0, said);
    clock.end(said);
    CHECK(said.size() == undecided + 300);
  }
}
