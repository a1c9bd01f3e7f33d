// Envelopes, marks and errors of inputs, recorded and live ones.
#include "event/event_reader.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <string>
#include <vector>

#include "event/reader_fixture.h"

namespace sigrun {
namespace {

using namespace test;

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
  // Also while the first bytes are looked at.
  for (const std::string_view beginning : {"", "{", "{\"a\":1}"}) {
    SteppedSource torn(beginning, 1, "disk on fire");
    CHECK(read_all(torn, {}).error == "disk on fire");
  }
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
