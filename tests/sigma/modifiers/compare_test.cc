// Numbers without a modifier, truth values, and lt, lte, gt, gte.
#include <doctest/doctest.h>

#include <string>

#include "support/rule_fixture.h"

using sigrun::test::matches;

TEST_CASE("numbers: the number of the same value, or its canonical text") {
  for (const std::string event : {R"({"F":1})", R"({"F":"1"})", R"({"F":1.0})", R"({"F":10e-1})", R"({"F":[0,1]})"}) {
    INFO(event);
    CHECK(matches("F: 1", event));
    CHECK(matches("F: 1.0", event));
  }
  for (const std::string event : {R"({"F":"01"})", R"({"F":"1.0"})", R"({"F":"1e0"})", R"({"F":"0x1"})", R"({"F":" 1"})", R"({"F":true})", R"({"F":null})", R"({"F":11})"}) {
    INFO(event);
    CHECK_FALSE(matches("F: 1", event));
  }
  CHECK(matches("F: 9007199254740993", R"({"F":9007199254740993})"));
  CHECK_FALSE(matches("F: 9007199254740993", R"({"F":9007199254740992})"));
  CHECK(matches("F: 0", R"({"F":-0})"));
  CHECK(matches("F: -0", R"({"F":0})"));
}

TEST_CASE("numbers: what YAML writes differently is text") {
  CHECK(matches("F: 010", R"({"F":"010"})"));
  CHECK_FALSE(matches("F: 010", R"({"F":8})"));
  CHECK(matches("F: 0x1F", R"({"F":"0X1f"})"));
  CHECK(matches("F: 1_000", R"({"F":"1_000"})"));
  CHECK(matches("F: yes", R"({"F":"Yes"})"));
  CHECK_FALSE(matches("F: on", R"({"F":true})"));
  CHECK(matches("F: '1'", R"({"F":1})"));       // text sees the number as written
  CHECK_FALSE(matches("F: '1'", R"({"F":1.0})"));
}

TEST_CASE("truth values: true and false, and their texts in any case") {
  CHECK(matches("F: true", R"({"F":true})"));
  CHECK(matches("F: true", R"({"F":"TRUE"})"));
  CHECK(matches("F: false", R"({"F":"False"})"));
  CHECK_FALSE(matches("F: true", R"({"F":1})"));
  CHECK_FALSE(matches("F: true", R"({"F":false})"));
  CHECK(matches("F: 'true'", R"({"F":true})"));
}

TEST_CASE("comparisons: numbers and decimal text") {
  CHECK(matches("F|gt: 5", R"({"F":6})"));
  CHECK_FALSE(matches("F|gt: 5", R"({"F":5})"));
  CHECK(matches("F|gte: 5", R"({"F":5.0})"));
  CHECK(matches("F|lt: 5", R"({"F":"4.99"})"));
  CHECK(matches("F|lte: 5", R"({"F":-1e9})"));
  CHECK_FALSE(matches("F|lte: 5", R"({"F":"5.0001"})"));
  CHECK(matches("F|gt: 9007199254740992", R"({"F":9007199254740993})"));
  CHECK(matches("F|gt: -1.5", R"({"F":"-1"})"));
  for (const std::string event : {R"({"F":"9e9"})", R"({"F":"inf"})", R"({"F":"nan"})", R"({"F":true})", R"({"F":null})", R"({"F":""})", R"({"F":" 9"})", R"({"F":{}})", R"({})"}) {
    INFO(event);
    CHECK_FALSE(matches("F|gt: 5", event));
    CHECK_FALSE(matches("F|lte: 5", event));
  }
  CHECK(matches("F|gt: 5", R"({"F":[1,9]})"));
  CHECK_FALSE(matches("F|gt|neq: 5", R"({"F":9})"));
}
