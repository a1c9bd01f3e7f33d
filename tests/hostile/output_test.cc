// Output that would destroy what is read, or that the system cuts short.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>

#include "cli/command_fixture.h"

using namespace sigrun::cli;

TEST_SUITE("hostile output") {
  const std::string rule = "title: R\nlogsource: {product: test}\ndetection: {s: {F: x}, condition: s}\n";

  TEST_CASE("alerts do not go over the rules") {
    if (!have_command()) return;
    TemporaryFolder folder;
    const std::string rules = folder.write("r.yml", rule), events = folder.write("e.json", "{\"F\":\"x\"}\n");
    const Outcome outcome = run({"scan", "-r", rules, "-o", rules, events});
    CHECK(outcome.status == 3);
    CHECK(outcome.err.find("cannot be the output") != std::string::npos);
    CHECK(read_whole_file(rules) == rule);
  }

  TEST_CASE("alerts do not go over what standard input comes from") {
    if (!have_command()) return;
    TemporaryFolder folder;
    const std::string rules = folder.write("r.yml", rule), events = folder.write("e.json", "{\"F\":\"x\"}\n");
    // A shell's `< e.json`.
    const std::string script =
        "\"$SIGRUN_BIN\" scan -r " + rules + " -o " + events + " - < " + events + " 2> " + folder.path("err");
    const int status = std::system(script.c_str());
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 3);
    CHECK(read_whole_file(folder.path("err"))
              .find("standard input: is an input and cannot be the output as well") != std::string::npos);
    CHECK(read_whole_file(events) == "{\"F\":\"x\"}\n");
  }

  TEST_CASE("a file that may not grow is an error like a full disk") {
    if (!have_command()) return;
    TemporaryFolder folder;
    std::string many;
    for (int i = 0; i < 2'000; ++i) many += "{\"F\":\"x\"}\n";
    const std::string rules = folder.write("r.yml", rule), events = folder.write("e.json", many);
    const std::string script = "ulimit -f 8; \"$SIGRUN_BIN\" scan -r " + rules + " -o " + folder.path("out") +
                               " " + events + " 2> " + folder.path("err");
    const int status = std::system(script.c_str());
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 3);
    CHECK(read_whole_file(folder.path("err")).find("File too large") != std::string::npos);
  }
}
