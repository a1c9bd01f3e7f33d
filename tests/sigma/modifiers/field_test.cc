// exists, fieldref, and null: what looks at a field itself.
#include <doctest/doctest.h>

#include <string>

#include "support/rule_fixture.h"

using sigrun::test::matches;

TEST_CASE("exists: the field is there, whatever it holds") {
  for (const std::string event : {R"({"F":"x"})", R"({"F":""})", R"({"F":null})", R"({"F":[]})", R"({"F":{}})", R"({"F":0})"}) {
    INFO(event);
    CHECK(matches("F|exists: true", event));
    CHECK_FALSE(matches("F|exists: false", event));
  }
  CHECK(matches("F|exists: false", R"({"G":1})"));
  CHECK_FALSE(matches("F|exists: true", R"({"G":1})"));
  CHECK(matches("A.B|exists: true", R"({"A":[{"C":1},{"B":1}]})"));
  CHECK_FALSE(matches("A.B|exists: true", R"({"A":{"C":1}})"));
}

TEST_CASE("null: absent, or null itself") {
  CHECK(matches("F:", R"({})"));
  CHECK(matches("F: null", R"({"F":null})"));
  for (const std::string event : {R"({"F":""})", R"({"F":[]})", R"({"F":[null]})", R"({"F":{}})", R"({"F":0})", R"({"F":false})"}) {
    INFO(event);
    CHECK_FALSE(matches("F: null", event));
  }
  CHECK_FALSE(matches("F|neq: null", R"({})"));
  CHECK(matches("F: [null, '']", R"({"F":""})"));
}

TEST_CASE("fieldref: equal values, without regard to case unless cased") {
  CHECK(matches("F|fieldref: G", R"({"F":"Ab","G":"aB"})"));
  CHECK_FALSE(matches("F|fieldref: G", R"({"F":"a","G":"b"})"));
  CHECK_FALSE(matches("F|cased|fieldref: G", R"({"F":"Ab","G":"aB"})"));
  CHECK(matches("F|fieldref: G", R"({"F":1.0,"G":1})"));
  CHECK(matches("F|fieldref: G", R"({"F":"1","G":1})"));
  CHECK(matches("F|fieldref: A.B", R"({"F":"x","A":{"B":["y","x"]}})"));
}

TEST_CASE("fieldref: a missing field and null never agree") {
  CHECK_FALSE(matches("F|fieldref: G", R"({"F":"a"})"));
  CHECK_FALSE(matches("F|fieldref: G", R"({"G":"a"})"));
  CHECK_FALSE(matches("F|fieldref: G", R"({})"));
  CHECK_FALSE(matches("F|fieldref: G", R"({"F":null,"G":null})"));
}

TEST_CASE("fieldref: partial comparisons, and neq") {
  CHECK(matches("F|fieldref|startswith: G", R"({"F":"abc","G":"AB"})"));
  CHECK_FALSE(matches("F|fieldref|startswith: G", R"({"F":"abc","G":"bc"})"));
  CHECK(matches("F|fieldref|endswith: G", R"({"F":"abc","G":"bc"})"));
  CHECK(matches("F|fieldref|contains: G", R"({"F":"abc","G":"b"})"));
  CHECK(matches("F|fieldref|neq: G", R"({"F":"a","G":"b"})"));
  CHECK_FALSE(matches("F|neq|fieldref: G", R"({"F":"a","G":"A"})"));
}
