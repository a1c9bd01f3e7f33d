// Limits, memory and time of the event reader, on hostile input above all.
#include "event/event_reader.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <functional>
#include <string>
#include <time.h>
#include <vector>

#include "event/reader_fixture.h"

namespace sigrun {
namespace {

using namespace test;

TEST_CASE("event_reader: Limits::event_depth") {
  Setup setup;
  auto nested = [](size_t depth) { return repeated("{\"a\":", depth - 1) + "{}" + std::string(depth - 1, '}'); };
  Found found = frame(nested(128) + "\n" + nested(129) + "\n{\"b\":2}\n", setup);
  CHECK(found.events.size() == 2);
  REQUIRE(found.rejected.size() == 1);
  CHECK(found.rejected[0].line == 2);
  CHECK(found.rejected[0].reason.find("nested deeper than 128") != std::string::npos);

  // Skimming finds its end, however deep.
  found = frame("[{\"a\":" + repeated("[", 1000) + repeated("]", 1000) + "},{\"b\":2}]");
  CHECK(found.events.size() == 1);
  CHECK(found.rejected.size() == 1);

  // An envelope around an event does not count.
  found = frame("{\"hits\":{\"hits\":[{\"_source\":" + nested(128) + "}]}}\n{\"Records\":[" + nested(129) + "," + nested(2) + "]}");
  CHECK(found.events.size() == 2);
  CHECK(found.rejected.size() == 1);

  found = frame(repeated("[", 129) + "\n{\"a\":1}\n");
  CHECK(found.events.size() == 1);
  REQUIRE(found.rejected.size() == 1);
  CHECK(found.rejected[0].reason.find("nested deeper than 128") != std::string::npos);
}

TEST_CASE("event_reader: Limits::event_bytes") {
  for (size_t chunk : {16, 100, 1 << 20}) {
    CAPTURE(chunk);
    Setup setup;
    setup.event_bytes = 100;
    setup.chunk_bytes = chunk;
    auto sized = [](size_t size) { return "{\"a\":\"" + std::string(size - 8, 'x') + "\"}"; };
    Found found = frame(sized(100) + sized(101) + sized(5000) + sized(99) + "\n" + sized(8), setup);
    CHECK(found.events.size() == 3);
    REQUIRE(found.rejected.size() == 2);
    CHECK(found.rejected[0].offset == 100);
    CHECK(found.rejected[0].reason.find("longer than 100 bytes") != std::string::npos);
    CHECK(found.rejected[1].offset == 201);

    // Its end is never found: on with the next line.
    found = frame("{\"a\":\"" + std::string(1000, 'x') + "\n{\"b\":2}\n", setup);
    CHECK(found.events.size() == 1);
    CHECK(found.rejected.size() == 1);

    // A line that was cut off, and after it lines that could be the rest of it for ever.
    found = frame("[\n{\"a\":[1,\n" + repeated("{\"b\":2},\n", 100), setup);
    CHECK(found.events.size() == 100);
    CHECK(found.rejected.size() == 1);

    // An envelope is no event: its size does not matter, unless it is too long before its events.
    found = frame("{\"Records\":[" + repeated("{\"b\":2},", 100) + sized(200) + "," + sized(100) + "]}\n", setup);
    CHECK(found.events.size() == 101);
    CHECK(found.rejected.size() == 1);
    found = frame("{\"x\":" + sized(100) + ",\"Records\":[{\"b\":2}]}\n{\"c\":3}", setup);
    CHECK(found.events.size() == 1);
    CHECK(found.rejected.size() == 1);
  }
}

TEST_CASE("event_reader: an envelope and an array of one line stream") {
  for (std::string_view opening : {"{\"Records\":[", "["}) {
    std::string text(opening);
    for (int i = 0; i < 100'000; ++i) text += "{\"number\":" + std::to_string(i) + ",\"text\":\"some more\"},";
    SteppedSource source(text, 5000);
    Setup setup;
    setup.chunk_bytes = 64 << 10;
    EventReader reader(source, setup.envelopes, limits_of(setup));
    EventBatch batch;
    REQUIRE(reader.next(batch));
    CHECK(batch.events.size() > 1000);
    CHECK(source.consumed() < 100'000);
    Found found = frame(text, setup);
    CHECK(found.events.size() == 100'000);
    CHECK(found.largest_batch < 2 * setup.chunk_bytes);
  }
}

TEST_CASE("event_reader: batches of tiny events and of rubbish stay small") {
  std::string many_events = repeated("{}", 300'000), rubbish = repeated("x\n", 300'000);
  std::string elements = "{\"Records\":[{}" + repeated(",1", 300'000) + "]}";
  auto run = [](std::string_view text, size_t& events, size_t& rejected, size_t& largest) {
    SteppedSource source(text, SIZE_MAX);
    EventReader reader(source, all_envelopes, Limits{});
    EventBatch batch;
    events = rejected = largest = 0;
    while (reader.next(batch)) {
      events += batch.events.size();
      rejected += batch.rejected.size();
      largest = std::max(largest, batch.events.size() + batch.rejected.size());
    }
  };
  size_t events, rejected, largest;
  run(many_events, events, rejected, largest);
  CHECK(events == 300'000);
  CHECK(largest <= 32'768);
  run(rubbish, events, rejected, largest);
  CHECK(rejected == 300'000);
  CHECK(largest <= 2'048);
  run(elements, events, rejected, largest);
  CHECK(events == 1);
  CHECK(rejected == 300'000);
  CHECK(largest <= 2'049);
}

TEST_CASE("event_reader: hostile input takes linear time") {
  struct Family {
    const char* name;
    std::function<std::string(size_t)> text;
  };
  auto repeat = [](const char* part) { return [part](size_t size) { return repeated(part, size / std::strlen(part)); }; };
  const std::vector<Family> families = {
      {"brackets", repeat("[")},
      {"braces", repeat("{")},
      {"quotes", repeat("\"")},
      {"backslashes", [](size_t size) { return "{\"a\":\"" + std::string(size, '\\'); }},
      {"nested objects", repeat("{\"a\":{")},
      {"nested objects on lines", repeat("{\"a\":[\n")},
      {"nested objects as values on lines", repeat("{\"a\":\n")},
      {"closed objects on lines, nested", repeat("{\"a\":[\n{},\n")},
      {"closed objects on lines, nested within lines", repeat("{},{\"k\":[\n")},
      {"an array of lines that is cut off", [](size_t size) { return "{\"a\":[" + repeated("\n{},", size / 4); }},
      {"one string", [](size_t size) { return "{\"a\":\"" + std::string(size, 'x') + "\"}"; }},
      {"one key in an envelope", [](size_t size) { return "{\"Records\":[{}],\"" + std::string(size, 'k'); }},
      {"white space", [](size_t size) { return "{" + std::string(size, ' ') + "}"; }},
      {"white space before braces", [](size_t size) { return "{x\n" + repeated(std::string(1000, ' ') + "{x\n", size / 1000); }},
      {"line ends", repeat("\n")},
      {"closers after deep nesting", repeat("{\"a\":[{\"a\":[{\"a\":[{x]]]]]]]]]]]]]]]]}}}}}}}}")},
      {"broken lines", repeat("{\"a\" 1\n")},
      {"prefixes of lines", [](size_t size) { return "{x" + repeated("\n[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", size / 33); }},
      {"rubbish with braces", repeat("x{")},
  };
  // Limits so small that even the least input is beyond them: what is measured is the steady state.
  Setup setup;
  setup.chunk_bytes = 16 << 10;
  setup.event_bytes = 64 << 10;
  auto cpu_seconds = [] {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  };
  constexpr size_t least = 512 << 10;
  for (const Family& family : families) {
    std::string name = family.name;
    CAPTURE(name);
    auto seconds = [&](size_t size) {
      std::string text = family.text(size);
      double best = 1e9;
      for (int round = 0; round < 3; ++round) {
        SteppedSource source(text, SIZE_MAX);
        EventReader reader(source, setup.envelopes, limits_of(setup));
        EventBatch batch;
        double begin = cpu_seconds();
        while (reader.next(batch)) {}
        best = std::min(best, cpu_seconds() - begin);
      }
      return best;
    };
    // The slope of the logarithms' regression line over n, 2n, 4n, 8n; a busy machine gets further chances.
    double exponent = 9, largest = 0;
    for (int chance = 0; chance < 4 && exponent > 1.2; ++chance) {
      double slope = 0;
      for (int power = 0; power < 4; ++power) {
        largest = seconds(least << power);
        slope += (power - 1.5) * std::log2(largest) / 5;
      }
      exponent = slope;
    }
    CHECK_MESSAGE(exponent <= 1.2, name);
    if (std::getenv("SIGRUN_TIMES")) {
      std::fprintf(stderr, "%s: exponent %.2f, %.2f ns/byte\n", family.name, exponent, largest / static_cast<double>(least << 3) * 1e9);
    }
  }
}

// So hostile that going back is cut short: even then the cuts decide nothing.
TEST_CASE("event_reader: cuts in large hostile text change nothing") {
  for (const char* part : {"{},{\"k\":[\n", "{\"a\":[\n{},\n", "{\"a\":[\n", "{\"a\":\n{\"Records\":[{},{\"b\":[\n", "{\"a\":[{},\n{},"}) {
    CAPTURE(part);
    std::string text = repeated(part, 20'000);
    for (size_t event_bytes : {size_t{5'000}, size_t{16} << 20}) {
      Setup setup;
      setup.event_bytes = event_bytes;
      Found whole = frame(text, setup);
      CHECK(whole.rejected.size() > 10);
      for (size_t chunk : {997, 40'000}) {
        setup.chunk_bytes = chunk;
        CHECK(frame(text, setup) == whole);
      }
    }
  }
}

TEST_CASE("event_reader: one long string, 100 MB, is rejected without being kept") {
  // A source that makes its bytes up as it goes.
  class LongString : public ByteSource {
   public:
    size_t read(char* to, size_t capacity) override {
      constexpr uint64_t size = 100'000'000;
      static const std::string head = "{\"a\":\"", tail = "\"}\n{\"b\":2}\n";
      size_t made = 0;
      for (; made < capacity && at_ < head.size() + size + tail.size(); ++made, ++at_) {
        to[made] = at_ < head.size() ? head[at_] : at_ < head.size() + size ? 'x' : tail[at_ - head.size() - size];
      }
      return made;
    }
    const std::string& error() const override { return error_; }
    uint64_t consumed() const override { return at_; }
    uint64_t total() const override { return 0; }

   private:
    uint64_t at_ = 0;
    std::string error_;
  };
  LongString source;
  Found found = read_all(source, {});
  REQUIRE(found.events.size() == 1);
  CHECK(found.events[0].text == "{\"b\":2}");
  CHECK(found.events[0].line == 2);
  REQUIRE(found.rejected.size() == 1);
  CHECK(found.rejected[0].reason.find("longer than") != std::string::npos);
}

}  // namespace
}  // namespace sigrun
