// What `sigrun stream` is made of: lines out of bytes, addresses.
#include <doctest/doctest.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/line_reader.h"
#include "cli/stream_address.h"

using namespace sigrun::cli;

namespace {

std::vector<std::string> lines_of(LineReader& reader, const std::vector<std::string>& pieces) {
  std::vector<std::string> lines;
  for (const std::string& piece : pieces) {
    reader.add(piece);
    for (std::string_view line; reader.next(line);) lines.emplace_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("line reader: lines however the bytes come in pieces") {
  const std::string text = "one\ntwo\r\n\nfour\nrest";
  const std::vector<std::string> wanted = {"one", "two", "", "four"};
  for (size_t size = 1; size <= text.size(); ++size) {
    LineReader reader(100);
    std::vector<std::string> pieces;
    for (size_t at = 0; at < text.size(); at += size) pieces.push_back(text.substr(at, size));
    CAPTURE(size);
    CHECK(lines_of(reader, pieces) == wanted);
    CHECK(reader.rest() == "rest");
  }
}

TEST_CASE(
    "line reader: a line over the limit is one byte too long, in bounded memory, and the next one is whole") {
  LineReader reader(10);
  CHECK(lines_of(reader, {"123456", "7890abc", std::string(1000, 'x'), "yz\nnext\n"}) ==
        std::vector<std::string>{"1234567890a", "next"});
  LineReader at_once(10);
  CHECK(lines_of(at_once, {"1234567890abc\n1234567890\n"}) ==
        std::vector<std::string>{"1234567890a", "1234567890"});
}

TEST_CASE("line reader: where each line stands, also behind one over the limit") {
  const std::string text = "one\r\n\n" + std::string(100, 'x') + "\nlast\nrest";
  for (size_t size = 1; size <= text.size(); ++size) {
    LineReader reader(10);
    std::string places;
    for (size_t at = 0; at < text.size(); at += size) {
      reader.add(std::string_view(text).substr(at, size));
      for (std::string_view line; reader.next(line);)
        places += std::to_string(reader.line()) + "@" + std::to_string(reader.offset()) + " ";
    }
    CAPTURE(size);
    CHECK(places == "1@0 2@5 3@6 4@107 ");
    CHECK(reader.rest_offset() == 112);
  }
}

TEST_CASE("stream addresses: what is one, and what is said of what is none") {
  std::string error;
  CHECK(parse_address("unix:/run/a b.sock", error)->path == "/run/a b.sock");
  CHECK(parse_address("tcp:127.0.0.1:514", error)->host == "127.0.0.1");
  CHECK(parse_address("tcp:[::1]:514", error)->host == "::1");
  CHECK(parse_address("tcp:[::1]:514", error)->port == "514");
  for (const char* wrong :
       {"", "unix:", "tcp:", "tcp:host", "tcp:host:", "tcp::1", "tcp:host:99999", "tcp:host:1x", "/run/x"}) {
    CAPTURE(wrong);
    error.clear();
    CHECK_FALSE(parse_address(wrong, error));
    CHECK_FALSE(error.empty());
  }
  CHECK_FALSE(parse_address("unix:/" + std::string(200, 'x'), error));
}

TEST_CASE("stream addresses: a socket file that nobody listens on is replaced, one in use is not") {
  std::string error;
  const std::string path = "/tmp/sigrun-test-" + std::to_string(::getpid()) + ".sock";
  const StreamAddress address = *parse_address("unix:" + path, error);
  const int first = listen_on(address, error);
  REQUIRE(first >= 0);
  CHECK(listen_on(address, error) == -1);
  CHECK(error.find("in use") != std::string::npos);
  ::close(first);  // the file stays
  const int second = listen_on(address, error);
  CHECK(second >= 0);
  const int client = connect_to(address, -1, error);
  CHECK(client >= 0);
  ::close(client);
  ::close(second);
  ::unlink(path.c_str());
  CHECK(connect_to(address, -1, error) == -1);
}
