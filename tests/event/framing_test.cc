// Which bytes are an event, whatever the arrangement, the damage, and the cuts between chunks.
#include "event/event_reader.h"

#include <algorithm>
#include <cstdlib>
#include <doctest/doctest.h>
#include <random>
#include <string>
#include <vector>

#include "event/reader_fixture.h"

namespace sigrun {
namespace {

using namespace test;

struct Case {
  std::string text;
  std::vector<std::string> events;
  std::vector<uint64_t> rejected_lines;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      // Nothing.
      {"", {}, {}},
      {"\n\n  \r\n\t\n", {}, {}},
      {"[]", {}, {}},
      {"[\n]\n", {}, {}},
      // Where objects stand.
      {"{}", {"{}"}, {}},
      {"{\"a\":1}\n{\"b\":2}\n", {"{\"a\":1}", "{\"b\":2}"}, {}},
      {"{\"a\":1}\r\n\r\n{\"b\":2}\r\n", {"{\"a\":1}", "{\"b\":2}"}, {}},
      {"{\"a\":1}{\"b\":2} {\"c\":3},{\"d\":4}", {"{\"a\":1}", "{\"b\":2}", "{\"c\":3}", "{\"d\":4}"}, {}},
      {"[{\"a\":1},{\"b\":2}]\n", {"{\"a\":1}", "{\"b\":2}"}, {}},
      {"[[{\"a\":1}],[[{\"b\":2}]]]\n{\"c\":3}", {"{\"a\":1}", "{\"b\":2}", "{\"c\":3}"}, {}},
      {"[{\"a\":1}]\n[{\"b\":2}]\n", {"{\"a\":1}", "{\"b\":2}"}, {}},
      {"[\n{\"a\":1},\n{\"b\":2}\n]\n", {"{\"a\":1}", "{\"b\":2}"}, {}},
      {"[\n{\"a\":1},\n{\"b\":2}", {"{\"a\":1}", "{\"b\":2}"}, {}},
      {"{\n  \"a\": {\n    \"b\": [\n      1,\n      {}\n    ]\n  }\n}\n{\n}\n",
       {"{\n  \"a\": {\n    \"b\": [\n      1,\n      {}\n    ]\n  }\n}", "{\n}"},
       {}},
      // Zero-indented pretty-printed text, with objects that begin lines.
      {"{\n\"a\": [\n{\n\"b\": 1\n},\n{\n\"c\": [\n{\n}\n]\n}\n]\n}\n{\"d\":4}\n",
       {"{\n\"a\": [\n{\n\"b\": 1\n},\n{\n\"c\": [\n{\n}\n]\n}\n]\n}", "{\"d\":4}"},
       {}},
      {"{\"a\":\n{\"b\":1}}\n{\"c\":3}\n", {"{\"a\":\n{\"b\":1}}", "{\"c\":3}"}, {}},
      // Values are not looked into; strings are.
      {"{\"a\":tru,\"b\":NaN,\"c\":1e400,\"d\":-,\"e\":\xff\xfe}", {"{\"a\":tru,\"b\":NaN,\"c\":1e400,\"d\":-,\"e\":\xff\xfe}"}, {}},
      {R"({"a\"}{":"\\","b":"]}{[\"","c":"\uZZZZ\q"})", {R"({"a\"}{":"\\","b":"]}{[\"","c":"\uZZZZ\q"})"}, {}},
      {"{\"a\":\"\x7f\xc3\xa9\xf0\x9f\x98\x80\xff\"}", {"{\"a\":\"\x7f\xc3\xa9\xf0\x9f\x98\x80\xff\"}"}, {}},
      {"{ \"a\" : [ ] , \"b\" : { } , \"c\" : [ 1 , [ 2 ] ] }", {"{ \"a\" : [ ] , \"b\" : { } , \"c\" : [ 1 , [ 2 ] ] }"}, {}},
      // What is no object.
      {"5\n\"x\"\nnull\nplain text, here\n{\"a\":1}\n", {"{\"a\":1}"}, {1, 2, 3, 4}},
      {"[1,\"x,]{}\",null,{\"a\":1},true]\n", {"{\"a\":1}"}, {1, 1, 1, 1}},
      {"[\n1,\n2,\n{\"a\":1}\n]\n", {"{\"a\":1}"}, {2, 3}},
      {"{\"a\":1} x y\n{\"b\":2}", {"{\"a\":1}", "{\"b\":2}"}, {1}},
      {"{\"a\":1}}\n{\"b\":2}", {"{\"a\":1}", "{\"b\":2}"}, {1}},
      {"{\"a\":1}]\n{\"b\":2}", {"{\"a\":1}", "{\"b\":2}"}, {1}},
      {"Nov 23 host app: {\"a\":1} {\"b\":2}\n", {"{\"a\":1}", "{\"b\":2}"}, {1}},
      {"x { \"a\":1}\ny {z} {\"b\":2}", {"{ \"a\":1}", "{\"b\":2}"}, {1, 2}},
      {"\"text with {\\\"a\\\":1} and {} in it\"\n{\"b\":2}\n", {"{\"b\":2}"}, {1}},
      {std::string("\0\0\0\n{\"a\":1}\n\0", 13), {"{\"a\":1}"}, {1, 3}},
      {"\"\n{\"a\":1}\n\"\\", {"{\"a\":1}"}, {1, 3}},
      // Lines that were cut off cost one event each.
      {"{\"a\":1,\n{\"b\":2}\n", {"{\"b\":2}"}, {1}},
      {"{\"a\":\n{\"b\":2}\n{\"c\":3}\n", {"{\"b\":2}", "{\"c\":3}"}, {1}},
      {"{\"a\"\n{\"b\":2}\n", {"{\"b\":2}"}, {1}},
      {"{\"a\n{\"b\":2}\n", {"{\"b\":2}"}, {1}},
      {"{\n{\"b\":2}\n", {"{\"b\":2}"}, {1}},
      {"{\"a\":1\n{\"b\":2}\n", {"{\"b\":2}"}, {1}},
      {"{\"a\":\"x\n{\"b\":2}\n", {"{\"b\":2}"}, {1}},
      {"{\"a\":\"x\\\n{\"b\":2}\n", {"{\"b\":2}"}, {1}},
      {"{\"a\":\"x\r\n{\"b\":2}\r\n", {"{\"b\":2}"}, {1}},
      {"{\"a\":[1,\n{\"b\":2}\n{\"c\":3}\n", {"{\"b\":2}", "{\"c\":3}"}, {1}},
      {"{\"a\":[1,\n{\"b\":2}\n", {"{\"b\":2}"}, {1}},
      {"{\"a\":[{\"x\":[\n{\"b\":[\n{\"c\":3}\n{\"d\":4}\n", {"{\"c\":3}", "{\"d\":4}"}, {1, 2}},
      {"[{\"a\":1},\n{\"b\":[2,\n{\"c\":3},\n{\"d\":4}]\n", {"{\"a\":1}", "{\"c\":3}", "{\"d\":4}"}, {2}},
      {"{\"a\":1,\n[{\"b\":2}]\n", {"{\"b\":2}"}, {1}},
      {"[{\"a\":1,\n,{\"b\":2}]\n", {"{\"b\":2}"}, {1}},
      // Unterminated at the end.
      {"{\"a\":1}\n{\"b\":2", {"{\"a\":1}"}, {2}},
      {"{\"a\":1}\n{\"b", {"{\"a\":1}"}, {2}},
      {"{\"a\":1}\n{\"b\":\"\\", {"{\"a\":1}"}, {2}},
      {"{", {}, {1}},
      // Errors inside of objects whose brackets close on the line.
      {"{\"a\" 1}{\"b\":2}\n", {"{\"b\":2}"}, {1}},
      {"{\"a\":1,}\n{\"b\":2}\n", {"{\"b\":2}"}, {1}},
      {"[{\"a\":x y},{\"b\":2},{\"c\":[1 2]},{\"d\":4}]\n", {"{\"b\":2}", "{\"d\":4}"}, {1, 1}},
      {"{\"a\":[1}}\n{\"b\":2}\n", {"{\"b\":2}"}, {1, 1}},
      {"{\"a\":\"x\ty\"}{\"b\":2}\n{\"c\":3}\n", {"{\"b\":2}", "{\"c\":3}"}, {1}},
      {"{\"a\":}{\"b\":,1}{1:2}{\"c\"}{\"d\":[,]}{,}{\"e\":5}\n", {"{\"e\":5}"}, {1, 1, 1, 1, 1, 1}},
      {"{\"a\":\"C:\\\\\"x\"y\"}\n{\"b\":2}\n", {"{\"b\":2}"}, {1}},
      {std::string("{\"a\":\"\0\"}\n{\"b\":\0}\n{\"c\":3}", 25), {"{\"c\":3}"}, {1, 2}},
      // Errors inside of pretty-printed objects: the next line that is indented no deeper.
      {"{\n  \"a\": x y,\n  \"b\": {\n    \"c\": 1\n  }\n}\n{\n  \"d\": 1\n}\n", {"{\n  \"d\": 1\n}"}, {1}},
      {"[\n  {\n    \"a\": x y,\n    \"n\": [\n      {\n      }\n    ]\n  },\n  {\n    \"b\": 2\n  }\n]\n{\"c\":3}\n",
       {"{\n    \"b\": 2\n  }", "{\"c\":3}"},
       {2}},
      {"[\n  {\n    \"a\": 1,\n  },\n  {\n    \"b\": 2\n    \"c\": 3\n  }\n]\nx, y\n", {}, {2, 5, 10}},
      {"[{\n  \"a\": 1 1\n}, {\n  \"b\": 2\n}]\n", {"{\n  \"b\": 2\n}"}, {1}},
      // Envelopes.
      {"{\"Records\":[{\"a\":1},{\"b\":{\"Records\":[{}]}}]}\n{\"c\":3}",
       {"{\"a\":1}", "{\"b\":{\"Records\":[{}]}}", "{\"c\":3}"},
       {}},
      {"{\"x\":{\"y\":[1]},\"logEvents\":[{\"a\":1}],\"z\":[{\"q\":1}]}", {"{\"a\":1}"}, {}},
      {"{\"_source\":{\"a\":1},\"sort\":[1]}\n{\"_source\":{\"a\":2}}\n", {"{\"a\":1}", "{\"a\":2}"}, {}},
      {"[{\"_source\":{\"a\":1}},{\"_source\":{\"a\":2}}]", {"{\"a\":1}", "{\"a\":2}"}, {}},
      {"{\"took\":1,\"hits\":{\"total\":{\"value\":2},\"hits\":[{\"_id\":1,\"_source\":{\"a\":1}},{\"_source\":{\"b\":2},\"_id\":2}]}}",
       {"{\"a\":1}", "{\"b\":2}"},
       {}},
      {R"({"\u0052ecords":[{"a":1}]})", {"{\"a\":1}"}, {}},
      {"{ \"Records\" : [ { \"a\" : 1 } , { } ] }", {"{ \"a\" : 1 }", "{ }"}, {}},
      {"{\"Records\":[{\"a\":1}],\"records\":[{\"b\":2}]}", {"{\"a\":1}", "{\"b\":2}"}, {}},
      {"{\"Records\":{\"Records\":[{\"a\":1}]}}", {"{\"Records\":[{\"a\":1}]}"}, {}},
      // Their names where they are no envelopes.
      {"{\"Records\":5}\n{\"Records\":\"x\"}\n{\"Records\":[1,{\"a\":1}]}\n{\"Records\":[[{}]]}\n",
       {"{\"Records\":5}", "{\"Records\":\"x\"}", "{\"Records\":[1,{\"a\":1}]}", "{\"Records\":[[{}]]}"},
       {}},
      {"{\"x\":{\"Records\":[{\"a\":1}]}}", {"{\"x\":{\"Records\":[{\"a\":1}]}}"}, {}},
      {"{\"hits\":{\"hits\":[{\"a\":1}]}}", {"{\"hits\":{\"hits\":[{\"a\":1}]}}"}, {}},
      {"{\"Record\":[{\"a\":1}],\"Recordz\":[{}]}", {"{\"Record\":[{\"a\":1}],\"Recordz\":[{}]}"}, {}},
      // Empty, mixed and broken envelopes.
      {"{\"Records\":[]}\n{\"Records\":[ ],\"x\":1}\n", {}, {}},
      {"{\"Records\":[{\"a\":1},5,[{\"b\":2}],\"x\",{\"c\":3}]}", {"{\"a\":1}", "{\"c\":3}"}, {1, 1, 1}},
      {"{\"Records\":[{\"a\":1},{\"b\":2}", {"{\"a\":1}", "{\"b\":2}"}, {1}},
      {"{\"Records\":[{\"a\":1},{\"b\":2", {"{\"a\":1}"}, {1}},
      {"{\"Records\":[{\"a\":1},{\"b\" 2},{\"c\":3}],\"x\":[1]}\n{\"d\":4}", {"{\"a\":1}", "{\"c\":3}", "{\"d\":4}"}, {1}},
      {"{\"Records\":[{\"a\":1}],\"x\" y}\n{\"b\":2}", {"{\"a\":1}", "{\"b\":2}"}, {1}},
      {"{\"Records\":[{\"a\":1},{\"b\":\n{\"c\":3}\n", {"{\"a\":1}", "{\"c\":3}"}, {1}},
      {"{\"Records\":[{\"a\":1}],\"x\":[\n{\"b\":2}\n{\"c\":3}\n", {"{\"a\":1}", "{\"b\":2}", "{\"c\":3}"}, {1}},
      {"{\n  \"Records\": [\n    {\n      \"a\": 1 1\n    },\n    {\n      \"b\": 2\n    },\n    {\n      \"c\" 3\n    }\n  ],\n"
       "  \"x\": 1\n}\n{\"d\":4}\n",
       {"{\n      \"b\": 2\n    }", "{\"d\":4}"},
       {3, 9}},
  };
  return all;
}

TEST_CASE("event_reader: events and rejections") {
  for (const Case& one : cases()) {
    Found found = frame(one.text);
    CAPTURE(one.text);
    CAPTURE(shown(found));
    std::vector<std::string> events;
    for (const auto& event : found.events) events.push_back(event.text);
    std::vector<uint64_t> lines;
    for (const auto& refused : found.rejected) lines.push_back(refused.line);
    CHECK(events == one.events);
    CHECK(lines == one.rejected_lines);
    CHECK(found.error.empty());
    CHECK(found.bytes_read == one.text.size());
    check_consistent(one.text, found, {});
  }
}

// The same result however the bytes arrive.
void check_cuts(std::string_view text, Setup setup) {
  setup.step = SIZE_MAX;
  setup.chunk_bytes = 1 << 20;
  Found whole = frame(text, setup);
  check_consistent(text, whole, setup);
  for (size_t size = 1; size <= 7; ++size) {
    Setup cut = setup;
    cut.step = size == 7 ? 3 : size;
    cut.chunk_bytes = size;
    Found found = frame(text, cut);
    CAPTURE(text);
    CAPTURE(size);
    CAPTURE(shown(whole));
    CAPTURE(shown(found));
    CHECK(found == whole);
  }
}

TEST_CASE("event_reader: cuts between chunks change nothing") {
  for (const Case& one : cases()) {
    check_cuts(one.text, {});
    Setup small;
    small.event_bytes = 24;
    small.event_depth = 3;
    check_cuts(one.text, small);
  }
}

std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> parts = {
      "{", "}", "[", "]", ",", ":", "\"", "\\", "\n", "\n", " ", "\t", "1", "x", "\"a\":", "\"a\":[", "\"k\":1,", "{\"a\":1}",
      "{\"a\":1}\n", "{\"a\":1},\n", "{\"a\":[\n", "{\"a\":\n", "{\"a\":\"x\n", "\n{", "\n{\"b\":", "\n  {", "  }\n", "]}\n",
      "\"Records\":[", "{\"Records\":[{", "{\"Records\":[\n", "\n  \"Records\": [\n    {\n", "    },\n", "{\"_source\":{",
      "{\"hits\":{\"hits\":[{\"_source\":{", "\"\\\"\"", "{\"k\":[{}]}", std::string(1, '\0'), "\xc3\xa9"};
  std::string text;
  size_t count = 1 + random() % 40;
  while (count-- > 0) text += parts[random() % parts.size()];
  return text;
}

TEST_CASE("event_reader: cuts in random text change nothing") {
  const char* given = std::getenv("SIGRUN_SEED");
  unsigned seed = given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
  const char* rounds_given = std::getenv("SIGRUN_ROUNDS");
  size_t rounds = rounds_given ? std::strtoul(rounds_given, nullptr, 10) : 200;
  MESSAGE("SIGRUN_SEED=" << seed);
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (size_t round = 0; round < rounds; ++round) {
    Setup setup;
    if (round % 2 == 1) {
      setup.event_bytes = 8 + random() % 60;
      setup.event_depth = 2 + random() % 6;
    }
    check_cuts(random_text(random), setup);
  }
}

// Writes a random document with white space anywhere, but no object at the beginning of a line.
void write_value(std::mt19937& random, int depth, std::string& out) {
  auto space = [&] {
    static const char* const spaces[] = {"", "", "", " ", "\n ", "\t", "\r\n\t"};
    out += spaces[random() % 7];
  };
  unsigned kind = depth == 0 ? 2 + random() % 2 : random() % 4;
  if (kind == 0 || kind == 1) {
    out += kind == 0 ? '{' : '[';
    for (size_t left = random() % 4; left > 0; --left) {
      space();
      if (kind == 0) {
        out += "\"k\\\"\"";
        space();
        out += ':';
        space();
      }
      write_value(random, depth - 1, out);
      space();
      if (left > 1) out += ',';
    }
    space();
    out += kind == 0 ? '}' : ']';
  } else if (kind == 2) {
    out += "\"{[\\\\\\\",:]}\"";
  } else {
    out += "-1.5e3";
  }
}

TEST_CASE("event_reader: every object of a well-formed stream is one event") {
  for (unsigned seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::string text;
    std::vector<std::string> wanted;
    size_t arrays = 0;
    for (int left = 20; left > 0; --left) {
      if (random() % 8 == 0) text += '[', ++arrays;
      std::string event = "{\"a\":";
      write_value(random, 4, event);
      event += '}';
      text += event;
      wanted.push_back(event);
      static const char* const separators[] = {"\n", "", ",", " ,\n", "\r\n", "\n\n  "};
      text += separators[random() % 6];
      if (arrays > 0 && random() % 4 == 0) text += ']', --arrays;
    }
    Found found = frame(text);
    CAPTURE(text);
    CAPTURE(shown(found));
    std::vector<std::string> events;
    for (const auto& event : found.events) events.push_back(event.text);
    CHECK(events == wanted);
    CHECK(found.rejected.empty());
  }
}

TEST_CASE("event_reader: cutting an event's line off costs that event only") {
  std::string event = R"({"a":{"b":[1,{"c":"x\\\"y"},[true]],"d":{}},"e":[{"f":null},{"g":[]}]})";
  for (size_t size = 1; size < event.size(); ++size) {
    std::string text = event + "\n" + event.substr(0, size) + "\n" + event + "\n" + event + "\n";
    Found found = frame(text);
    CAPTURE(text);
    CAPTURE(shown(found));
    REQUIRE(found.events.size() == 3);
    CHECK(found.events[1].text == event);
    CHECK(found.events[2].line == 4);
    REQUIRE(found.rejected.size() == 1);
    CHECK(found.rejected[0].line == 2);
  }
}

TEST_CASE("event_reader: offsets, lines and reasons") {
  Found found = frame("\n {\"a\":1}\n{\"b\" 2}\n{\"c\":\"\t\"}\n[7]\n{\"d\":[1}\n{\"e\"");
  REQUIRE(found.events.size() == 1);
  CHECK(found.events[0].offset == 2);
  CHECK(found.events[0].line == 2);
  REQUIRE(found.rejected.size() == 5);
  CHECK(found.rejected[0] == Found::Refused{10, 3, "expected ':', found '2' (line 3, column 6)"});
  CHECK(found.rejected[1] == Found::Refused{18, 4, "control character in a string, byte 0x09 (line 4, column 7)"});
  CHECK(found.rejected[2] == Found::Refused{29, 5, "array element that is no object (line 5, column 2)"});
  CHECK(found.rejected[3] == Found::Refused{32, 6, "expected ',' or ']', found '}' (line 6, column 8)"});
  CHECK(found.rejected[4].offset == 41);
  CHECK(found.rejected[4].reason.starts_with("unterminated"));
}

}  // namespace
}  // namespace sigrun
