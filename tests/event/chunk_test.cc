// Chunks framed by whoever comes, in any order: put in order they give what one framer finds that reads the whole text.
#include "event/chunk.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <list>
#include <random>
#include <string>
#include <vector>

#include "event/byte_source.h"
#include "event/chunk_reader.h"
#include "event/ordered_framer.h"
#include "event/reader_fixture.h"
#include "support/rule_fixture.h"

namespace sigrun {
namespace {

using namespace test;

void add(const EventBatch& batch, Found& found) {
  for (const EventSpan& span : batch.events) {
    const auto tokens = batch.tokens_of(span);
    if (!tokens.empty()) CHECK(tokens.back() == span.size);
    found.events.push_back({std::string(batch.event(span)), span.offset, span.line});
  }
  for (const Rejection& rejection : batch.rejected)
    found.rejected.push_back({rejection.offset, rejection.line, rejection.reason});
  found.envelope_fields.add(batch.envelope_fields);
}

// The oracle: one framer, one piece, no lines, no chunks.
Found frame_whole(std::string_view text, const Setup& setup) {
  const PaddedBytes bytes(text);
  Framer framer(setup.envelopes, limits_of(setup));
  if (text.starts_with("\xef\xbb\xbf")) framer.begin_at(3, 1);
  Found found;
  EventBatch batch;
  batch.lent = bytes.data();
  for (bool full = true; full; batch.forget_found()) {
    full = framer.run(bytes.data(), bytes.size(), 0, true, batch).full;
    add(batch, found);
  }
  return found;
}

struct Counts {
  size_t accepted = 0, rests = 0, lent = 0;
};

// As a scan with `in_flight` chunks and a few threads does it, in an order of its own.
Found frame_chunks(ByteSource& source, const Setup& setup, size_t in_flight, std::mt19937_64& random, Counts& counts) {
  const Limits limits = limits_of(setup);
  ChunkReader reader(source, setup.chunk_bytes);
  LineFramer workers[] = {{setup.envelopes, limits}, {setup.envelopes, limits}, {setup.envelopes, limits}};
  OrderedFramer order(setup.envelopes, limits);
  Found found;
  std::list<Chunk> pool;
  for (bool more = true; more;) {
    std::vector<Chunk*> chunks;
    auto free = pool.begin();
    while (chunks.size() < in_flight) {
      if (free == pool.end()) free = pool.emplace(pool.end());
      Chunk& chunk = *free++;
      if (!(more = reader.next(chunk))) break;
      if (chunk.batch.lent) ++counts.lent;
      chunks.push_back(&chunk);
    }
    std::vector<Chunk*> in_any_order = chunks;
    std::shuffle(in_any_order.begin(), in_any_order.end(), random);
    for (Chunk* chunk : in_any_order) chunk->frame_lines(workers[random() % std::size(workers)]);
    for (Chunk* chunk : chunks) order.take(*chunk);
    // What is found later must not disturb what was found before.
    for (Chunk* chunk : chunks) {
      if (chunk->size > 0 && chunk->lines.bytes == chunk->size) ++counts.accepted;
      add(chunk->batch, found);
      while (chunk->frame_rest()) {
        ++counts.rests;
        add(chunk->batch, found);
      }
    }
  }
  found.error = reader.error();
  found.bytes_read = reader.bytes_read();
  return found;
}

void check_chunks(const std::string& text, Setup setup, std::mt19937_64& random, Counts& counts) {
  setup.step = SIZE_MAX;
  const Found whole = frame_whole(text, setup);
  check_consistent(text, whole, setup);
  for (const size_t chunk_bytes : {size_t{1}, size_t{2} + random() % 6, size_t{8} + random() % 60, size_t{1000}}) {
    for (const bool from_memory : {false, true}) {
      setup.chunk_bytes = chunk_bytes;
      SteppedSource stepped(text, 1 + random() % 100);
      const auto memory = memory_byte_source(text);
      const Found found = frame_chunks(from_memory ? *memory : stepped, setup, 1 + random() % 7, random, counts);
      CAPTURE(text);
      CAPTURE(chunk_bytes);
      CAPTURE(from_memory);
      CAPTURE(shown(whole));
      CAPTURE(shown(found));
      REQUIRE(found == whole);
      REQUIRE(found.error.empty());
      REQUIRE(found.bytes_read == text.size());
    }
  }
}

std::string hostile_text(std::mt19937_64& random) {
  static const std::vector<std::string> parts = {
      "{", "}", "[", "]", ",", ":", "\"", "\\", "\n", "\n", " ", "\r\n", "1", "x\n", "\"a\":", "\"a\":[", "{\"a\":1}", "{\"a\":1},\n",
      "{\"a\":[\n", "{\"a\":\n", "{\"a\":\"x\n", "\n{", "\n{\"b\":", "\n  {", "  }\n", "]}\n", "[\n", "]\n", "\"Records\":[",
      "{\"Records\":[{", "{\"Records\":[{\"a\":1},\n{\"b\":2}],\"x\":1}\n", "{\"hits\":{\"hits\":[{\"_source\":{\"a\":1}}]}}\n",
      std::string(1, '\0'), "{\"a\":\"\xff\"}\n", "{\"a\":{\"b\":[{}]}}\n"};
  static const std::vector<std::string> lines = {"{\"a\":1}\n", "{\"key\":\"value\",\"b\":{\"c\":[1,2]}}\n", "{}{}\n", "\n",
                                                 "{\"text\":\"\\n{\\\"a\\\":1}\\n\"} \n"};
  std::string text = random() % 8 == 0 ? "\xef\xbb\xbf" : "";
  for (size_t left = 1 + random() % 12; left > 0; --left) {
    for (size_t good = random() % 8; good > 0; --good) text += lines[random() % lines.size()];
    for (size_t bad = random() % 6; bad > 0; --bad) text += parts[random() % parts.size()];
  }
  return text;
}

TEST_CASE("chunk: framed in any order and with any cuts, hostile texts give what one framer finds") {
  std::mt19937_64 random(announce_seed("chunk"));
  const char* rounds_given = std::getenv("SIGRUN_ROUNDS");
  const size_t rounds = rounds_given ? std::strtoul(rounds_given, nullptr, 10) : 1'500;
  Counts counts;
  for (size_t round = 0; round < rounds; ++round) {
    Setup setup;
    if (round % 3 == 1) {
      setup.event_bytes = 8 + random() % 60;
      setup.event_depth = 2 + random() % 6;
    }
    check_chunks(hostile_text(random), setup, random, counts);
  }
  CHECK(counts.accepted > rounds);
  CHECK(counts.lent > rounds);
}

TEST_CASE("chunk: more events and rejections than a batch takes") {
  std::mt19937_64 random(announce_seed("chunk floods"));
  for (const std::string& text :
       {repeated("{}\n", 70'000), repeated("{}", 70'000), repeated("x\n", 5'000) + "{\"a\":1}\n", "[" + repeated("{},\n", 70'000),
        "{\"a\":[\n" + repeated("x\n", 5'000) + repeated("{}\n", 40'000) + "{\"b\":"}) {
    Setup setup;
    const Found whole = frame_whole(text, setup);
    for (const bool from_memory : {false, true}) {
      setup.chunk_bytes = 200'000;
      SteppedSource stepped(text, SIZE_MAX);
      const auto memory = memory_byte_source(text);
      Counts counts;
      const Found found = frame_chunks(from_memory ? *memory : stepped, setup, 3, random, counts);
      CHECK(found == whole);
      CHECK(counts.rests > 0);
    }
  }
}

TEST_CASE("chunk: lines need nothing but a look; a chunk that begins inside an object is not believed") {
  Limits limits;
  limits.chunk_bytes = 64;
  const std::string line = "{\"a\":\"some text\"}\n";
  const std::string text = repeated(line, 10) + "{\"open\":[\n" + repeated("{\"b\":1},\n{\"c\":2},\n", 20) + "{}]}\n" + repeated(line, 10);
  const auto source = memory_byte_source(text);
  ChunkReader reader(*source, limits.chunk_bytes);
  LineFramer lines({}, limits);
  OrderedFramer order({}, limits);
  std::vector<std::string> events;
  for (Chunk chunk; reader.next(chunk);) {
    chunk.frame_lines(lines);
    order.take(chunk);
    if (chunk.offset + chunk.size <= 10 * line.size()) CHECK(chunk.batch.lent);  // not even copied
    for (const EventSpan& span : chunk.batch.events) events.emplace_back(chunk.batch.event(span));
  }
  REQUIRE(events.size() == 21);
  CHECK(events[9] + "\n" == line);
  CHECK(events[10].starts_with("{\"open\""));
  CHECK(events[10].ends_with("{}]}"));
  CHECK(events[20] + "\n" == line);
}

TEST_CASE("chunk: an order that begins again with another input forgets what was open") {
  Limits limits;
  LineFramer lines({}, limits);
  OrderedFramer order({}, limits);
  size_t events = 0, rejected = 0;
  for (const std::string_view text : {"{\"a\":[1,\n{\"x\":", "{\"b\":1}\n", "", "\xff\xfe{", "[\n{\"c\":", "{\"d\":1}"}) {
    const auto source = memory_byte_source(text);
    ChunkReader reader(*source, limits.chunk_bytes);
    for (Chunk chunk; reader.next(chunk);) {
      chunk.frame_lines(lines);
      order.take(chunk);
      for (const EventSpan& span : chunk.batch.events) CHECK(span.line == 1);
      events += chunk.batch.events.size();
      rejected += chunk.batch.rejected.size();
    }
  }
  CHECK(events == 2);
  CHECK(rejected == 3);
}

}  // namespace
}  // namespace sigrun
