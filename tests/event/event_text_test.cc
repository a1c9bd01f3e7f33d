#include "event/event_text.h"

#include <doctest/doctest.h>

#include <string>

using sigrun::EventText;

TEST_CASE("event text: a plain text is what it is, that of JSON without its escapes") {
  CHECK(EventText("a\\nb").text() == "a\\nb");
  CHECK(EventText::of_json("a\\nb").text() == "a\nb");
  CHECK(EventText::of_json("ab").text() == "ab");
  CHECK(EventText().text() == "");
  CHECK(EventText().empty());
  CHECK_FALSE(EventText::of_json("\\u0000").empty());
}

TEST_CASE("event text: without escapes nothing is copied") {
  const std::string bytes = "a text of some length, which would have to be allocated";
  std::string scratch = "kept";
  CHECK(EventText::of_json(bytes).text(scratch).data() == bytes.data());
  CHECK(scratch == "kept");
  CHECK(EventText::of_json("\\ta").text(scratch) == "\ta");
  CHECK(scratch == "\ta");
}

TEST_CASE("event text: at most so many bytes") {
  CHECK(EventText::of_json("abc", 3).text() == "abc");
  CHECK(EventText::of_json("abcd", 3).text() == "abc");
  CHECK(EventText::of_json("\\u0061\\\\\\u00e4", 3).text() == "a\\");
  CHECK(EventText::of_json("\\u0061\\\\\\u00e4", 4).text() == "a\\\xC3\xA4");
}

TEST_CASE("event text: equal is what reads the same") {
  CHECK(EventText::of_json("\\u0061\\\\") == EventText("a\\"));
  CHECK(EventText::of_json("\\u0061") == EventText::of_json("a"));
  CHECK(EventText::of_json("a\\\\") != EventText("a\\\\"));
  CHECK(EventText::of_json("a") == "a");
}
