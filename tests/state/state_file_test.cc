#include "state/state_file.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "cli/command_fixture.h"
#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Two sections, the second of them large.
std::string written(const cli::TemporaryFolder& folder) {
  StateFileWriter writer(folder.path("state"));
  writer.section(1, "first");
  writer.section(7, std::string(1000, 'x'));
  REQUIRE(writer.commit());
  return content(folder.path("state"));
}

}  // namespace

TEST_CASE("state file: what was written is read") {
  cli::TemporaryFolder folder;
  written(folder);
  const StateFile file = read_state_file(folder.path("state"));
  CHECK(file.exists);
  CHECK(file.problem == "");
  REQUIRE(file.sections.size() == 2);
  CHECK(file.sections[0].kind == 1);
  CHECK(file.sections[0].bytes == "first");
  CHECK(file.sections[1].kind == 7);
  CHECK(file.sections[1].bytes == std::string(1000, 'x'));
}

TEST_CASE("state file: none is no problem, and without commit() the old one stays") {
  cli::TemporaryFolder folder;
  CHECK_FALSE(read_state_file(folder.path("state")).exists);
  const std::string old = written(folder);
  {
    StateFileWriter writer(folder.path("state"));
    writer.section(1, "other");
  }
  CHECK(content(folder.path("state")) == old);
  CHECK_FALSE(std::filesystem::exists(folder.path("state.new")));
}

TEST_CASE("state file: a folder that cannot be written is an error") {
  cli::TemporaryFolder folder;
  StateFileWriter writer(folder.path("none/state"));
  writer.section(1, "first");
  CHECK_FALSE(writer.commit());
  CHECK(writer.error().find("none/state.new: cannot be written: No such file") != std::string::npos);
}

TEST_CASE("state file: cut anywhere, it is set aside") {
  cli::TemporaryFolder folder;
  const std::string whole = written(folder);
  for (size_t size = 0; size < whole.size(); ++size) {
    folder.write("state", whole.substr(0, size));
    const StateFile file = read_state_file(folder.path("state"));
    REQUIRE(file.problem != "");
    REQUIRE(file.sections.empty());
    REQUIRE(file.set_aside == folder.path("state.damaged"));
    REQUIRE_FALSE(std::filesystem::exists(folder.path("state")));
    std::filesystem::remove(file.set_aside);
  }
}

TEST_CASE("state file: with any bits flipped, it is set aside") {
  cli::TemporaryFolder folder;
  const std::string whole = written(folder);
  std::mt19937_64 random(test::announce_seed("state file"));
  for (int round = 0; round < 2000; ++round) {
    std::string damaged = whole;
    damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
    folder.write("state", damaged);
    const StateFile file = read_state_file(folder.path("state"));
    REQUIRE(file.problem != "");
    REQUIRE(file.sections.empty());
    std::filesystem::remove(file.set_aside);
  }
}
