#include <doctest/doctest.h>

#include <string>

#include "support/rule_fixture.h"

using sigrun::test::matches;

namespace {

std::string event(const std::string& value) { return "{\"F\":\"" + value + "\"}"; }

}  // namespace

TEST_CASE("windash: an option sign matches all five") {
  for (const std::string dash : {"-", "/", "–", "—", "―"}) {
    INFO(dash);
    CHECK(matches("F|windash|contains: ' -enc'", event(std::string("p ") + dash + "enc x")));
    CHECK(matches("F|contains|windash: ' /enc'", event(std::string("p ") + dash + "ENC x")));
    CHECK(matches("F|windash: '–a'", event(std::string(dash) + "a")));
    CHECK(matches("F|windash|contains|all: [' -a', ' -b']", event(std::string("p ") + dash + "a /b")));
  }
  CHECK_FALSE(matches("F|windash|contains: ' -enc'", event("p +enc")));
  CHECK_FALSE(matches("F|windash|contains: ' -enc'", event("p enc")));
}

TEST_CASE("windash: only where a word begins and none ends") {
  CHECK_FALSE(matches("F|windash: a-b", event("a/b")));
  CHECK(matches("F|windash: a-b", event("a-b")));
  CHECK_FALSE(matches("F|windash: 'a -'", event("a /")));
  CHECK_FALSE(matches("F|windash: 'ä-b'", event("ä/b")));  // a letter, ASCII or not
  CHECK(matches("F|windash: ' -ä'", event(" /ä")));
  CHECK(matches("F|windash: '--b'", event("-/b")));
  CHECK_FALSE(matches("F|windash: '--b'", event("//b")));
  CHECK(matches("F|windash: '*-b'", event("x/b")));        // a wildcard is no word character
  CHECK_FALSE(matches("F|windash: '-*'", event("/b")));
}
