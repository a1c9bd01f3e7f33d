// What the line framer takes, the framer would have framed in the same way; what it leaves, it leaves whole.
#include "event/line_framer.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "event/framer.h"
#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

struct Framed {
  std::string events, rejected;
  size_t taken = 0;  // events of the line framer
};

std::string described(const EventSpan& event) {
  return std::to_string(event.offset) + "+" + std::to_string(event.size) + "@" + std::to_string(event.line) + " ";
}

// The whole text by the framer, or by both.
Framed frame(const std::string& text, bool by_lines, const Limits& limits = {}) {
  const std::vector<std::string> envelopes = {"Records", "hits.hits"};
  const std::string padded = text + std::string(event_padding, '\0');
  Framer framer(envelopes, limits);
  EventBatch batch;
  Framed framed;
  if (by_lines) {
    LineFramer lines(envelopes, limits);
    auto progress = lines.run(padded.data(), text.size(), 0, 1, true, batch);
    framer.skip_lines(progress.bytes, progress.lines);
    framed.taken = batch.events.size();
    for (const EventSpan& event : batch.events) {
      auto tokens = batch.tokens_of(event);
      CHECK(tokens.front() == 0);
      CHECK(tokens.back() == event.size);
    }
  }
  for (bool full = true; full;) {
    full = framer.run(padded.data(), text.size(), 0, true, batch).full;
    for (const EventSpan& event : batch.events) framed.events += described(event);
    for (const Rejection& rejection : batch.rejected)
      framed.rejected += std::to_string(rejection.offset) + "@" + std::to_string(rejection.line) + ": " + rejection.reason + "\n";
    batch.clear();
  }
  return framed;
}

// Events that the line framer takes of a text.
size_t taken(const std::string& text, const Limits& limits = {}) {
  Framed fast = frame(text, true, limits), slow = frame(text, false, limits);
  INFO(text);
  CHECK(fast.events == slow.events);
  CHECK(fast.rejected == slow.rejected);
  return fast.taken;
}

}  // namespace

TEST_CASE("line framer: lines, blanks, several on a line, no line end at the end") {
  CHECK(taken("{\"a\":1}\n{\"b\":[1,{\"c\":null},[]]}\n") == 2);
  CHECK(taken("\n\n {\"a\":1} \r\n\t{}\n\n") == 2);
  CHECK(taken("{\"a\":1}{\"b\":2} {\"c\":{}}\n{\"d\":\"\\\\\\\"{\"}") == 4);
  CHECK(taken("") == 0);
  CHECK(taken(" \n \n") == 0);
}

TEST_CASE("line framer: what is not simple is left with its line") {
  CHECK(taken("{\"a\":1}\n{\"b\":2}{\"c\":}\n{\"d\":1}\n") == 1);   // broken
  CHECK(taken("{\"a\":1}\n{\"b\":2} x\n") == 1);                    // text
  CHECK(taken("{\"a\":1}\n{\"b\":2},{\"c\":3}\n") == 1);            // a separator
  CHECK(taken("{\"a\":1}\n[{\"b\":2}]\n") == 1);                    // an array
  CHECK(taken("{\"a\":1}\n{\"b\":\n2}\n") == 1);                    // over lines
  CHECK(taken("{\"a\":1}\n{\"Records\":[{}]}\n{}\n") == 1);         // an envelope
  CHECK(taken("{\"a\":1}\n{\"x\":1,\"\\u0052ecords\":[{}]}\n") == 1);
  CHECK(taken("{\"a\":1}\n{\"hits\":{\"hits\":[{}]}}\n") == 1);
  CHECK(taken("{\"a\":{\"Records\":[{}]}}\n") == 1);                // none: not at the top
  CHECK(taken("{\"a\":1}\n{\"b\":1\"x\"}\n") == 1);                 // a string in a number
  CHECK(taken("{\"a\":1}\n{\"b\":tru,\"c\":1e400}\n") == 2);        // words and numbers are not looked into
  CHECK(taken("{\"a\":1}\n{\"b\" 1}\n{\"c\":1 2}\n{\"d\":1,}\n{,}\n{\"e\":1]\n") == 1);
  CHECK(taken("{\"a\":1}\n{\"b\":[1}]\n") == 1);
}

TEST_CASE("line framer: limits") {
  Limits limits;
  limits.event_bytes = 10;
  CHECK(taken("{\"a\":1}\n{\"a\":12345678}\n{}\n", limits) == 1);
  limits = {};
  limits.event_depth = 3;
  CHECK(taken("{\"a\":[[]]}\n{\"a\":[[[]]]}\n", limits) == 1);
  limits = {};
  // Deeper than it follows, and longer than its blocks.
  CHECK(taken("{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}\n") == 0);
  CHECK(taken("{}\n{\"a\":\"" + std::string(300'000, 'x') + "\"}\n{}\n") == 1);
  std::string many;
  for (int i = 0; i < 40'000; ++i) many += "{}\n";
  CHECK(taken(many) == 32'768);
}

TEST_CASE("line framer: agrees with the framer on random text") {
  std::mt19937_64 random(test::announce_seed("line framer"));
  const std::string_view pieces[] = {"{",    "}",    "[",   "]",     ":",    ",",     "\"a\"", "\"b\":", "1",
                                     "\n",   " ",    "tru", "\"\\\"", "\\",   "{}\n",  "{\"a\":1}", "{\"a\":[{\"b\":2}]}\n",
                                     "{\"Records\":[{\"a\":1}]}\n", "x", "\"", "{\"a\":\"\xFF\"}\n"};
  size_t all = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::string text;
    for (size_t n = random() % 12; n > 0; --n) text += random() % 2 ? pieces[14 + random() % 3] : pieces[random() % std::size(pieces)];
    if (round % 3 == 0)
      for (size_t n = random() % 6; n > 0; --n) text += "{\"key\":\"value\",\"b\":{\"c\":[1,2]}}\n";
    all += taken(text);
  }
  CHECK(all > 10'000);
}
