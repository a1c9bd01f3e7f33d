#include "event/event_reader.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <time.h>
#include <vector>

namespace sigrun {
namespace {

// Gives at most `step` bytes at a time; fails at the end if told so.
class SteppedSource : public ByteSource {
 public:
  SteppedSource(std::string_view text, size_t step, std::string error_at_end = {})
      : text_(text), step_(step), error_at_end_(std::move(error_at_end)) {}
  size_t read(char* to, size_t capacity) override {
    size_t size = text_.copy(to, std::min(step_, capacity), at_);
    at_ += size;
    if (size == 0) error_ = error_at_end_;
    return size;
  }
  const std::string& error() const override { return error_; }
  uint64_t consumed() const override { return at_; }
  uint64_t total() const override { return text_.size(); }

 private:
  std::string_view text_;
  size_t step_, at_ = 0;
  std::string error_at_end_, error_;
};

struct Found {
  struct Event {
    std::string text;
    uint64_t offset, line;
    bool operator==(const Event&) const = default;
  };
  struct Refused {
    uint64_t offset, line;
    std::string reason;
    bool operator==(const Refused&) const = default;
  };
  std::vector<Event> events;
  std::vector<Refused> rejected;
  EnvelopeFields envelope_fields;
  std::string error;
  uint64_t bytes_read = 0;
  size_t largest_batch = 0;
  bool operator==(const Found& other) const { return events == other.events && rejected == other.rejected && envelope_fields == other.envelope_fields; }
};

const std::vector<std::string> all_envelopes = {"Records", "logEvents", "records", "_source", "hits.hits._source"};

struct Setup {
  size_t step = SIZE_MAX;
  size_t chunk_bytes = 1 << 20;
  size_t event_bytes = 16 << 20;
  size_t event_depth = 128;
  std::vector<std::string> envelopes = all_envelopes;
};

Limits limits_of(const Setup& setup) {
  Limits limits;
  limits.chunk_bytes = setup.chunk_bytes;
  limits.event_bytes = setup.event_bytes;
  limits.event_depth = setup.event_depth;
  return limits;
}

Found read_all(ByteSource& source, const Setup& setup) {
  EventReader reader(source, setup.envelopes, limits_of(setup));
  Found found;
  EventBatch batch;
  while (reader.next(batch)) {
    REQUIRE_FALSE(batch.empty());
    found.envelope_fields.add(batch.envelope_fields);
    for (const EventSpan& span : batch.events) {
      REQUIRE(span.begin + span.size + event_padding <= batch.bytes.size());
      found.events.push_back({std::string(batch.event(span)), span.offset, span.line});
    }
    if (!batch.events.empty()) {
      REQUIRE(std::string_view(batch.bytes).substr(batch.bytes.size() - event_padding) == std::string(event_padding, '\0'));
    }
    for (const Rejection& rejection : batch.rejected) {
      found.rejected.push_back({rejection.offset, rejection.line, rejection.reason});
    }
    found.largest_batch = std::max(found.largest_batch, batch.bytes.size());
  }
  REQUIRE_FALSE(reader.next(batch));
  found.error = reader.error();
  found.bytes_read = reader.bytes_read();
  return found;
}

Found frame(std::string_view text, const Setup& setup = {}) {
  SteppedSource source(text, setup.step);
  return read_all(source, setup);
}

std::string shown(const Found& found) {
  std::string out;
  for (const auto& event : found.events) {
    out += "event " + std::to_string(event.offset) + " line " + std::to_string(event.line) + ": " + event.text + "\n";
  }
  for (const auto& refused : found.rejected) {
    out += "rejected " + std::to_string(refused.offset) + " line " + std::to_string(refused.line) + ": " + refused.reason + "\n";
  }
  return out;
}

// What holds for any input.
void check_consistent(std::string_view text, const Found& found, const Setup& setup) {
  uint64_t end = 0;
  for (const auto& event : found.events) {
    CHECK(event.offset >= end);
    end = event.offset + event.text.size();
    REQUIRE(end <= text.size());
    CHECK(text.substr(event.offset, event.text.size()) == event.text);
    CHECK(event.text.front() == '{');
    CHECK(event.text.back() == '}');
    CHECK(event.text.size() <= setup.event_bytes);
    CHECK(event.line == 1 + static_cast<uint64_t>(std::count(text.begin(), text.begin() + event.offset, '\n')));
  }
  for (const auto& refused : found.rejected) {
    REQUIRE(refused.offset < text.size());
    CHECK(refused.line == 1 + static_cast<uint64_t>(std::count(text.begin(), text.begin() + refused.offset, '\n')));
  }
  for (size_t i = 0; i < found.rejected.size(); ++i) CHECK(found.rejected[i].reason.empty() == (i >= Limits{}.rejected_reports));
}

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

TEST_CASE("event_reader: envelope's events have their own offsets and lines") {
  Found found = frame("{\"x\":1,\n \"Records\": [\n  {\"a\":1},\n  {\"b\":2}\n]}\n");
  REQUIRE(found.events.size() == 2);
  CHECK(found.events[0].offset == 24);
  CHECK(found.events[0].line == 3);
  CHECK(found.events[1].offset == 35);
  CHECK(found.events[1].line == 4);
}

TEST_CASE("event_reader: fields beside an envelope's events are counted, with the name of one") {
  struct Beside {
    const char* text;
    uint64_t envelopes;
    const char* example;
  };
  const Beside cases[] = {
      {R"({"Records":[{"a":1}]})", 0, ""},
      {R"({"a":1,"b":2})", 0, ""},  // no envelope at all
      {R"({"Records":[{}],"CommandLine":"evil"})", 1, "CommandLine"},
      {R"({"CommandLine":"evil","Records":[{"a":1}],"x":1})", 1, "CommandLine"},
      {R"({"Records":[],"x":{"Records":1}})", 1, "x"},
      {R"({"hits":{"total":1,"hits":[{"_source":{"a":1},"_id":"x"}]}})", 1, "total"},
      {"{\"Records\":[{}],\"x\":1}\n{\"y\":2}\n{\"z\":1,\"Records\":[{}]}\n{\"Records\":[{}]}", 2, "x"},
      {R"({"Records":[{}],"x":1)", 0, ""},  // rejected, and counted as that
  };
  for (const Beside& c : cases) {
    for (size_t step : {SIZE_MAX, size_t{1}}) {
      Setup setup;
      setup.step = step;
      setup.chunk_bytes = step == 1 ? 1 : 1 << 20;
      Found found = frame(c.text, setup);
      CHECK_MESSAGE(found.envelope_fields.envelopes == c.envelopes, c.text);
      CHECK_MESSAGE(found.envelope_fields.example == c.example, c.text);
    }
  }
  // A name too long to be kept, and one that is cut.
  CHECK(frame("{\"Records\":[{}],\"" + std::string(5000, 'k') + "\":1}").envelope_fields.envelopes == 1);
  CHECK(frame("{\"" + std::string(500, 'k') + "\":1,\"Records\":[{}]}").envelope_fields.example == std::string(64, 'k'));
}

TEST_CASE("event_reader: without envelopes an outer object is the event") {
  Setup setup;
  setup.envelopes = {};
  Found found = frame("{\"Records\":[{\"a\":1}]}", setup);
  REQUIRE(found.events.size() == 1);
  CHECK(found.events[0].text == "{\"Records\":[{\"a\":1}]}");
}

TEST_CASE("event_reader: marks at the beginning") {
  Found found = frame("\xef\xbb\xbf{\"a\":1}\n");
  REQUIRE(found.events.size() == 1);
  CHECK(found.events[0].offset == 3);
  CHECK(found.rejected.empty());
  CHECK(frame("\xef\xbb\xbf").events.empty());
  CHECK(frame("\xef\xbb\xbf").rejected.empty());

  for (std::string_view text : {std::string_view("\xff\xfe{\0\"\0", 6), std::string_view("\xfe\xff\0{", 4)}) {
    found = frame(text);
    CHECK(found.events.empty());
    CHECK(found.rejected.empty());
    CHECK(found.error.find("UTF-16") != std::string::npos);
  }
  found = frame(std::string_view("ElfFile\0\1\2\3", 11));
  CHECK(found.error.find("evtx_dump") != std::string::npos);
}

TEST_CASE("event_reader: a read error ends the input and is told") {
  SteppedSource source("{\"a\":1}\n{\"b\":", 4, "disk on fire");
  Found found = read_all(source, {});
  CHECK(found.events.size() == 1);
  CHECK(found.rejected.size() == 1);
  CHECK(found.error == "disk on fire");
}

std::string repeated(std::string_view part, size_t count) {
  std::string text;
  text.reserve(part.size() * count);
  while (count-- > 0) text += part;
  return text;
}

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

TEST_CASE("event_reader: recorded events, one to a line") {
  const char* given = std::getenv("SIGRUN_CORPUS");
  std::filesystem::path corpus = given ? given : "../shared/corpus";
  if (!std::filesystem::is_directory(corpus / "events")) {
    std::fprintf(stderr, "SKIPPED: no corpus: recorded events, one to a line\n");
    return;
  }
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corpus / "events")) {
    if (entry.path().extension() != ".zst") continue;
    ++files;
    CAPTURE(entry.path().string());
    std::string error;
    auto counted = open_byte_source(entry.path().string(), error);
    REQUIRE(counted);
    size_t lines = 0;
    std::string buffer(1 << 20, '\0');
    while (size_t size = counted->read(buffer.data(), buffer.size())) {
      lines += static_cast<size_t>(std::count(buffer.data(), buffer.data() + size, '\n'));
    }
    CHECK(counted->error().empty());
    auto source = open_byte_source(entry.path().string(), error);
    EventReader reader(*source, all_envelopes, Limits{});
    EventBatch batch;
    size_t events = 0, rejected = 0;
    while (reader.next(batch)) {
      events += batch.events.size();
      rejected += batch.rejected.size();
    }
    CHECK(reader.error().empty());
    CHECK(events == lines);
    CHECK(rejected == 0);
  }
  CHECK(files > 0);
}

}  // namespace
}  // namespace sigrun

namespace {

// Gives one piece with each read, as a pipe does.
class PieceSource : public sigrun::ByteSource {
 public:
  explicit PieceSource(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}
  size_t read(char* to, size_t capacity) override {
    if (next_ == pieces_.size()) return 0;
    size_t size = pieces_[next_].copy(to, capacity, taken_);
    taken_ += size;
    if (taken_ == pieces_[next_].size()) ++next_, taken_ = 0;
    return size;
  }
  const std::string& error() const override { return error_; }
  uint64_t consumed() const override { return 0; }
  uint64_t total() const override { return 0; }
  bool live() const override { return true; }
  size_t pieces_read() const { return next_; }

 private:
  std::vector<std::string> pieces_;
  size_t next_ = 0, taken_ = 0;
  std::string error_;
};

}  // namespace

TEST_CASE("a live input's events do not wait for more") {
  PieceSource source({"{\"a\":1,\"b\":2}\n", "{\"a\":2}\n{\"a\":", "3}\n"});
  sigrun::Limits limits;
  sigrun::EventReader reader(source, {}, limits);
  sigrun::EventBatch batch;
  REQUIRE(reader.next(batch));
  CHECK(batch.events.size() == 1);
  CHECK(source.pieces_read() == 1);
  REQUIRE(reader.next(batch));
  CHECK(batch.events.size() == 1);
  CHECK(source.pieces_read() == 2);
  REQUIRE(reader.next(batch));
  CHECK(batch.events.size() == 1);
  CHECK(!reader.next(batch));
}
