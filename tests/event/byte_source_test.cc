#include "event/byte_source.h"

#include <doctest/doctest.h>
#include <unistd.h>
#include <zstd.h>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "support/gzip.h"

namespace sigrun {
namespace {

using test::gzip;

// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "sigrun-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()));
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string write(const std::string& name, std::string_view bytes) const {
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return (path_ / name).string();
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

struct Read {
  std::string bytes, error;
};

Read read_all(ByteSource& source, size_t step = 1000) {
  Read result;
  std::string buffer(step, '\0');
  while (size_t size = source.read(buffer.data(), buffer.size())) result.bytes.append(buffer, 0, size);
  result.error = source.error();
  CHECK(source.read(buffer.data(), buffer.size()) == 0);
  return result;
}

Read read_memory(std::string_view bytes, size_t step = 1000) { return read_all(*memory_byte_source(bytes), step); }

std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3);
  REQUIRE_FALSE(ZSTD_isError(size));
  out.resize(size);
  return out;
}

std::string skippable(std::string_view content) {
  std::string out = "\x5a\x2a\x4d\x18";
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(content.size() >> shift & 0xff);
  return out.append(content);
}

// Text that compresses, but not to nothing.
std::string sample(size_t size) {
  std::string text;
  for (uint32_t number = 1; text.size() < size; number = number * 1664525 + 1013904223) {
    text += "{\"number\":" + std::to_string(number) + "}\n";
  }
  text.resize(size);
  return text;
}

TEST_CASE("byte_source: plain bytes") {
  CHECK(read_memory("").bytes.empty());
  CHECK(read_memory("").error.empty());
  for (std::string_view text : {"x", "{\"a\":1}", "\x1f", "\x28\xb5\x2f"}) {
    CHECK(read_memory(text, 1).bytes == text);
    CHECK(read_memory(text).error.empty());
  }
  std::string large = sample(1 << 20);
  CHECK(read_memory(large, 7777).bytes == large);
}

TEST_CASE("byte_source: gzip and zstd, any number of pieces") {
  std::string text = sample(3 << 20), other = sample(1000);
  for (size_t step : {size_t{1000}, size_t{1} << 20, size_t{100'000'000}}) {
    CHECK(read_memory(gzip(text), step).bytes == text);
    CHECK(read_memory(zstd(text), step).bytes == text);
  }
  for (size_t step : {1, 3, 1000}) {
    Read read = read_memory(gzip(other) + gzip("") + gzip("end"), step);
    CHECK(read.bytes == other + "end");
    CHECK(read.error.empty());
    read = read_memory(zstd(other) + skippable("not for us") + zstd("") + zstd("end") + skippable(""), step);
    CHECK(read.bytes == other + "end");
    CHECK(read.error.empty());
    read = read_memory(skippable("first") + zstd("end"), step);
    CHECK(read.bytes == "end");
    CHECK(read.error.empty());
  }
  CHECK(read_memory(gzip("")).error.empty());
  CHECK(read_memory(zstd("")).error.empty());
  // Very compressible: more output than input at every step.
  std::string same(20 << 20, 'x');
  CHECK(read_memory(gzip(same), 4096).bytes == same);
  CHECK(read_memory(zstd(same), 4096).bytes == same);
}

TEST_CASE("byte_source: gzip padded with zero bytes, gzip followed by something else") {
  Read read = read_memory(gzip("text") + std::string(1000, '\0'));
  CHECK(read.bytes == "text");
  CHECK(read.error.empty());
  read = read_memory(gzip("text") + "plain");
  CHECK(read.bytes == "text");
  CHECK(read.error.find("not compressed") != std::string::npos);
  read = read_memory(zstd("text") + "plain");
  CHECK(read.bytes == "text");
  CHECK(read.error.starts_with("zstd: "));
}

TEST_CASE("byte_source: what precedes the place where compressed data is cut off is delivered") {
  std::string text = sample(20'000);
  for (const std::string& packed : {gzip(text), zstd(text), gzip(text) + gzip(text), zstd(text) + zstd(text)}) {
    bool twice = packed.size() > gzip(text).size() * 3 / 2;
    size_t last = 0;
    for (size_t size = 4; size < packed.size(); size += size < 40 || size + 40 > packed.size() ? 1 : 97) {
      Read read = read_memory(std::string_view(packed).substr(0, size));
      CAPTURE(size);
      CHECK(read.bytes == (text + text).substr(0, read.bytes.size()));
      CHECK(read.bytes.size() >= last);
      last = read.bytes.size();
      bool between = twice && read.bytes.size() == text.size() && read.error.empty();
      if (!between) CHECK(read.error.find("cut off") != std::string::npos);
    }
    CHECK(last >= (twice ? text.size() : 0));
  }
  // A gzip stream has its text long before its last byte.
  std::string packed = gzip(text);
  CHECK(read_memory(std::string_view(packed).substr(0, packed.size() / 2)).bytes.size() > text.size() / 4);
  CHECK(read_memory(std::string_view(packed).substr(0, packed.size() - 1)).bytes == text);
  std::string large = sample(1 << 20), packed_large = zstd(large);
  CHECK(read_memory(std::string_view(packed_large).substr(0, packed_large.size() / 2)).bytes.size() > large.size() / 4);
}

TEST_CASE("byte_source: corrupt data is an error") {
  std::string text = sample(100'000);
  std::string packed = gzip(text);
  packed[packed.size() / 2] ^= 0x55;
  CHECK(read_memory(packed).error.starts_with("gzip: "));
  packed = gzip(text);
  packed[packed.size() - 6] ^= 1;  // the checksum
  Read read = read_memory(packed);
  CHECK(read.bytes == text);
  CHECK(read.error.starts_with("gzip: "));
  packed = zstd(text);
  packed[10] ^= 0x55;
  CHECK(read_memory(packed).error.starts_with("zstd: "));
}

TEST_CASE("byte_source: files") {
  Folder folder;
  std::string text = sample(500'000), error = "left over";
  auto source = open_byte_source(folder.write("events.json", text), error);
  REQUIRE(source);
  CHECK(error.empty());
  CHECK(source->total() == text.size());
  CHECK(read_all(*source).bytes == text);
  CHECK(source->consumed() == text.size());

  // The name says nothing; the first bytes do. Progress counts compressed bytes.
  std::string packed = zstd(text);
  source = open_byte_source(folder.write("events.gz", packed), error);
  REQUIRE(source);
  CHECK(read_all(*source).bytes == text);
  CHECK(source->consumed() == packed.size());
  CHECK(source->total() == packed.size());

  source = open_byte_source(folder.write("empty.json", ""), error);
  REQUIRE(source);
  CHECK(read_all(*source).bytes.empty());
  CHECK(source->error().empty());
}

TEST_CASE("byte_source: what cannot be opened") {
  Folder folder;
  std::string error;
  CHECK_FALSE(open_byte_source(folder.path() + "/absent.json", error));
  CHECK(error == "No such file or directory");
  CHECK_FALSE(open_byte_source(folder.path(), error));
  CHECK(error == "Is a directory");
  CHECK_FALSE(open_byte_source(folder.write("Security.EVTX", "anything"), error));
  CHECK(error.find("evtx_dump -o jsonl " + folder.path() + "/Security.EVTX") != std::string::npos);
  CHECK_FALSE(open_byte_source(folder.write("renamed.json", std::string_view("ElfFile\0\1\2", 10)), error));
  CHECK(error.find("evtx_dump") != std::string::npos);
  CHECK_FALSE(open_byte_source(folder.path() + "/absent.evtx", error));
  CHECK(error == "No such file or directory");
}

TEST_CASE("byte_source: standard input") {
  Folder folder;
  std::string path = folder.write("input", gzip("{\"a\":1}\n") + gzip("{\"b\":2}\n"));
  int kept = ::dup(STDIN_FILENO);
  REQUIRE(std::freopen(path.c_str(), "rb", stdin));
  std::string error;
  for (int pass = 0; pass < 2; ++pass) {
    ::lseek(STDIN_FILENO, 0, SEEK_SET);
    auto source = open_byte_source("-", error);
    REQUIRE(source);
    CHECK(read_all(*source).bytes == "{\"a\":1}\n{\"b\":2}\n");
    source.reset();  // leaves standard input open
  }
  if (kept >= 0) {
    ::dup2(kept, STDIN_FILENO);
    ::close(kept);
  }
}

}  // namespace
}  // namespace sigrun
