// Which values of an event a path finds, and what walking says of the event.
#include "event/json_walker.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "event/event_batch.h"
#include "event/walk_fixture.h"

using namespace sigrun;
using Outcome = JsonWalker::Outcome;

namespace {

struct Walk : test::WalkFixture<JsonWalker> {
  using WalkFixture::WalkFixture;
  std::string padded;

  Walk& on(std::string_view event) {
    table->reset();
    padded = std::string(event) + std::string(event_padding, '\0');
    outcome = walker->walk(std::string_view(padded.data(), event.size()), *table);
    return *this;
  }
};

std::string found(const char* path, std::string_view event) { return Walk({path}).on(event).values(); }

}  // namespace

TEST_CASE("walker: kinds of values") {
  CHECK(found("F", R"({"F":"x"})") == "x");
  CHECK(found("F", R"({"F":-1.5e3})") == "-1.5e3");
  CHECK(found("F", R"({ "F" : true , "G":0})") == "true");
  CHECK(found("F", R"({"F":null})") == "<null>");
  CHECK(found("F", R"({"F":{}})") == "<object>");
  CHECK(found("F", R"({"F":[]})") == "<array>");
  CHECK(found("F", R"({"F":[1,[2,{"a":3}],null]})") == "<array> 1 <array> 2 <object> <null>");
  CHECK(found("F", R"({"G":1})") == "");
  CHECK(found("F", "{\"F\":5\n}") == "5");
  CHECK(found("F", "{}") == "");
}

TEST_CASE("walker: keys are compared after unescaping, and exactly") {
  CHECK(found("Fä", R"({"F\u00e4":1})") == "1");
  CHECK(found("a/b", R"({"a\/b":1})") == "1");
  CHECK(found("a\"b", R"({"a\"b":1})") == "1");
  CHECK(found("F", R"({"f":1,"F ":2})") == "");
}

TEST_CASE("walker: duplicate keys give several values") {
  CHECK(found("F", R"({"F":1,"F":2})") == "1 2");
  CHECK(found("a.b", R"({"a":{"b":1},"a":{"b":2}})") == "1 2");
  CHECK(found("a.b", R"({"a.b":1,"a.b":2})") == "1 2");
}

TEST_CASE("walker: nested paths, through arrays at every level") {
  CHECK(found("a.b", R"({"a":{"b":1}})") == "1");
  CHECK(found("a.b", R"({"a":[{"b":1},{"c":0},[{"b":[2,3]}]]})") == "1 <array> 2 3");
  CHECK(found("a.b", R"({"a":"x"})") == "");
  CHECK(found("a.b.c", R"({"a":[{"b":[{"c":1},{"c":2}]}]})") == "1 2");
}

TEST_CASE("walker: a dotted key hides the nested path, whichever comes first") {
  CHECK(found("a.b", R"({"a.b":1,"a":{"b":2}})") == "1");
  CHECK(found("a.b", R"({"a":{"b":2},"a.b":1})") == "1");
  CHECK(found("a.b", R"({"a":{"b":2},"a.b":1,"a":{"b":3},"a.b":4})") == "1 4");
  CHECK(found("a.b", R"({"a.b":null,"a":{"b":2}})") == "<null>");
}

TEST_CASE("walker: mixed keys: at each object the longest that fits comes first") {
  CHECK(found("a.b.c", R"({"a":{"b.c":1}})") == "1");
  CHECK(found("a.b.c", R"({"a.b":{"c":1},"a":{"b":{"c":2}}})") == "1");
  CHECK(found("a.b.c", R"({"a":{"b":{"c":3},"b.c":2},"a.b":{"c":1}})") == "1");
  CHECK(found("a.b.c", R"({"a.b.c":0,"a.b":{"c":1},"a":{"b.c":2}})") == "0");
  CHECK(found("a.b.c", R"({"a.b":{"c":1},"a.b.c":0})") == "0");
  CHECK(found("a.b.c", R"({"a":{"b":{"c":3},"b.c":2}})") == "2");
}

TEST_CASE("walker: a longer key that leads to no value hides nothing") {
  CHECK(found("a.b.c", R"({"a.b":{"x":1},"a":{"b":{"c":2}}})") == "2");
  CHECK(found("a.b.c", R"({"a.b":"x","a":{"b":{"c":2}}})") == "2");
  CHECK(found("a.b.c", R"({"a":{"b":{"c":2}},"a.b":[]})") == "2");
}

TEST_CASE("walker: hiding is for the paths below the dotted key alone, and for that object alone") {
  Walk walk({"a.b", "a.c"});
  walk.on(R"({"a.b":1,"a":{"b":2,"c":3}})");
  CHECK(walk.values(0) == "1");
  CHECK(walk.values(1) == "3");
  CHECK(found("x.a.b", R"({"x":[{"a.b":1},{"a":{"b":2}}]})") == "1 2");
  Walk prefix({"a", "a.b"});
  prefix.on(R"({"a":{"b":2},"a.b":1})");
  CHECK(prefix.values(0) == "<object>");
  CHECK(prefix.values(1) == "1");
}

TEST_CASE("walker: sound, degraded and broken events") {
  auto outcome = [](std::string_view event) { return Walk({"F"}).on(event).outcome; };
  CHECK(outcome(R"({"F":1})") == Outcome::sound);
  CHECK(outcome(R"({"F":18446744073709551615})") == Outcome::sound);
  CHECK(outcome(R"({"F":-0})") == Outcome::sound);
  CHECK(outcome(R"({"F":0.0,"G":-0.0e-0})") == Outcome::sound);
  for (const std::string event : {R"({"F":1e400})", R"({"F":18446744073709551616})", R"({"F":01})", R"({"F":1.})", R"({"F":tru})", R"({"F":nul})", R"({"F":NaN})",
                            R"({"F":-})", R"({"F":+1})"}) {
    INFO(event);
    CHECK(outcome(event) == Outcome::degraded);
    std::string unwanted = event;
    unwanted[2] = 'G';
    CHECK(outcome(unwanted) == Outcome::sound);  // values that nobody wants are not validated
  }
  CHECK(outcome("{\"G\":\"\xFF\"}") == Outcome::degraded);
  for (const std::string event : {"[1]", "1", "\"x\"", R"({"F":1 "G":2})", R"({"F" 1})"}) {
    INFO(event);
    CHECK(outcome(event) == Outcome::broken);
  }
}

TEST_CASE("walker: the other fields of a degraded event are read") {
  Walk walk({"F", "G"});
  walk.on(R"({"F":tru,"G":"x"})");
  CHECK(walk.outcome == Outcome::degraded);
  CHECK(walk.values(0) == "<broken>");
  CHECK(walk.values(1) == "x");
  walk.on("{\"F\":\"a\xFF\xFE" "b\",\"G\":\"x\"}");
  CHECK(walk.values(0) == "a\xEF\xBF\xBD\xEF\xBF\xBD" "b");
  CHECK(walk.values(1) == "x");
  walk.on(R"({"F":"ok","G":"x"})");
  CHECK(walk.outcome == Outcome::sound);
}

TEST_CASE("walker: limit of values") {
  Limits limits;
  limits.values_per_event = 3;
  Walk walk({"F"}, limits);
  CHECK(walk.on(R"({"F":[1,2]})").outcome == Outcome::sound);
  walk.on(R"({"F":[1,2,3]})");
  CHECK(walk.outcome == Outcome::degraded);
  CHECK(walk.values() == "<array> 1 2");
}

TEST_CASE("walker: keywords see every text and number, and no key") {
  Walk walk({"F"});
  walk.on(R"({"F":"a","G":[{"H":"\u0062"},[3]],"I":true,"J":null})");
  std::string seen;
  walk.walker->any_scalar(*walk.table, [&](EventValue& value) {
    seen += std::string(walk.table->text(value)) + " ";
    return false;
  });
  CHECK(seen == "a b 3 ");
  CHECK(walk.walker->any_scalar(*walk.table, [](EventValue& value) { return value.kind == ValueKind::number; }));
}

TEST_CASE("walker: deep and wide events") {
  std::string deep = "1";
  for (int i = 0; i < 120; ++i) deep = "{\"a\":" + deep + "}";
  std::string path = "a";
  for (int i = 1; i < 120; ++i) path += ".a";
  CHECK(found(path.c_str(), deep) == "1");
  std::string wide = "{";
  for (int i = 0; i < 10'000; ++i) wide += "\"k" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  CHECK(found("k9999", wide + "\"z\":0}") == "9999");
}
