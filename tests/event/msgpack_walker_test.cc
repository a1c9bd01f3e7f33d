// Which values of a msgpack map a path finds, how each type is taken, and what is refused.
#include "event/msgpack_walker.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "event/walk_fixture.h"

using namespace sigrun;
using Outcome = JsonWalker::Outcome;
using namespace std::string_literals;

namespace {

struct Walk : test::WalkFixture<MsgpackWalker> {
  using WalkFixture::WalkFixture;
  Walk& on(std::string_view event) {
    table->reset();
    outcome = walker->walk(event, *table);
    return *this;
  }
};

// {"F": value}
std::string with(const std::string& value) { return "\x81\xa1" "F" + value; }
std::string found(const std::string& value) { return Walk({"F"}).on(with(value)).values(); }
std::string json_of(const std::string& value) { return Walk({"F"}).on(with(value)).json(); }

}  // namespace

TEST_SUITE("msgpack") {
  TEST_CASE("each type of value") {
    CHECK(found("\xa1x") == "x");
    CHECK(found("\xd9\x02xy") == "xy");
    CHECK(found("\xc4\x02xy"s) == "xy");  // bin
    CHECK(found("\xc0") == "<null>");
    CHECK(found("\xc2") == "false");
    CHECK(found("\xc3") == "true");
    CHECK(found("\x07") == "7");
    CHECK(found("\xff") == "-1");
    CHECK(found("\xcf\xff\xff\xff\xff\xff\xff\xff\xff") == "18446744073709551615");
    CHECK(found("\xd3\x80\0\0\0\0\0\0\0"s) == "-9223372036854775808");
    CHECK(found("\xca\x3f\xc0\0\0"s) == "1.5");
    CHECK(found("\xca\x3d\xcc\xcc\xcd") == "0.1");  // of 32 bits
    CHECK(found("\xcb\x3f\xf0\0\0\0\0\0\0"s) == "1.0");
    CHECK(found("\xcb\x7f\xf0\0\0\0\0\0\0"s) == "<broken>");  // infinite
    CHECK(found("\x90") == "<array>");
    CHECK(found("\x92\x01\xa1y") == "<array> 1 y");
    CHECK(found("\x80") == "<object>");
    CHECK(found("\xd6\xff\0\0\0\x01"s) == "1970-01-01T00:00:01.000Z");
    CHECK(found("\xd7\xff\x77\x35\x94\0\0\0\0\x01"s) == "1970-01-01T00:00:01.500Z");
    CHECK(found("\xc7\x0c\xff\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"s) == "1969-12-31T23:59:59.000Z");
    CHECK(found("\xd4\x05x") == "<broken>");  // some other extension
    CHECK(found("\xd6\xff\0\0"s) == "");       // cut off
  }

  TEST_CASE("as JSON") {
    CHECK(json_of("\xa3" "a\"\n") == R"({"F":"a\"\n"})");
    CHECK(json_of("\x93\xc0\xc3\xcb\x40\0\0\0\0\0\0\0"s) == R"({"F":[null,true,2.0]})");
    CHECK(json_of("\xa2\xc3(") == "{\"F\":\"\xEF\xBF\xBD(\"}");
    CHECK(json_of("\xcb\x7f\xf8\0\0\0\0\0\0"s) == R"({"F":null})");
    CHECK(json_of("\xd4\x05x") == R"({"F":null})");
    CHECK(json_of("\x82\x01\xa1x\xc0\x02"s) == R"({"F":{"1":"x"}})");
  }

  TEST_CASE("ill-formed UTF-8 is replaced; where it is wanted the event is degraded") {
    Walk walk({"F", "G"});
    CHECK(walk.on(with("\xa3" "a\xff" "b")).values() == "a\xEF\xBF\xBD" "b");
    CHECK(walk.outcome == Outcome::degraded);
    CHECK(walk.on("\x82\xa1X\xa3" "a\xff" "b\xa1G\xa1x").values(1) == "x");
    CHECK(walk.outcome == Outcome::sound);
  }

  TEST_CASE("what is escaped in JSON stands for itself") {
    CHECK(found("\xa4" "\\n\\u") == "\\n\\u");
    Walk walk({"a\\nb"});
    CHECK(walk.on("\x81\xa4" "a\\nb\xa1x").values() == "x");
    CHECK(walk.table->size() == 1);
    CHECK(std::string(walk.table->folded(walk.table->value(0))) == "x");
  }

  TEST_CASE("keys") {
    Walk walk({"1", "-1", "a.b", "k"});
    CHECK(walk.on("\x82\x01\xa1x\xff\xa1y").values(0) == "x");
    CHECK(walk.values(1) == "y");
    CHECK(walk.outcome == Outcome::sound);
    CHECK(walk.on("\x81\xc4\x01k\xa1x"s).values(3) == "x");
    CHECK(walk.on("\x81\xa1" "a\x81\xa1" "b\xa1x").values(2) == "x");
    CHECK(walk.on("\x81\xa3" "a.b\xa1x").values(2) == "x");
    CHECK(walk.on("\x82\xa1" "a\x81\xa1" "b\xa1x\xa3" "a.b\xa1y").values(2) == "y");  // the longer key, as in JSON
    CHECK(walk.on("\x82\xa1k\xa1x\xa1k\xa1y").values(3) == "x y");
    // A key of another type: its pair is left out.
    CHECK(walk.on("\x83\xc0\xa1q\x92\x01\x02\x81\x01\x02\xa1k\xa1x").values(3) == "x");
    CHECK(walk.outcome == Outcome::degraded);
    CHECK(std::string(walk.on("\x82\xa1k\x01\xa1j\x91\x02").walker->top_level_keys()) == "j,k");
  }

  TEST_CASE("what is no event, and what is beyond a limit") {
    Limits limits;
    limits.event_depth = 4;
    limits.event_bytes = 64;
    limits.values_per_event = 3;
    Walk walk({"F"}, limits);
    auto problem = [&](const std::string& event) {
      walk.on(event);
      CHECK((walk.outcome == Outcome::broken) == !walk.walker->problem().empty());
      return walk.walker->problem();
    };
    CHECK(problem("") == "msgpack: cut off");
    CHECK(problem("\x90") == "msgpack: the event is not a map");
    CHECK(problem("\x80") == "");
    CHECK(problem("\x80\x80") == "msgpack: something is behind the event");
    CHECK(problem("\x81\xa1") == "msgpack: cut off");
    CHECK(problem("\xdf\xff\xff\xff\xff") == "msgpack: cut off");
    CHECK(problem(with("\xdd\xff\xff\xff\xff")) == "msgpack: cut off");
    CHECK(problem(with("\xdb\xff\xff\xff\xff")) == "msgpack: cut off");
    CHECK(problem(with("\xc1")) == "msgpack: a byte that stands for nothing (0xc1)");
    CHECK(problem(with("\x91\x91\x91\x01")) == "");
    CHECK(problem(with("\x91\x91\x91\x91\x01")) == "nested deeper than event_depth");
    CHECK(problem("\x81\xa1X\x91\x91\x91\x01") == "");
    CHECK(problem("\x81\xa1X\x91\x91\x91\x91\x01") == "nested deeper than event_depth");
    CHECK(problem(with("\xd9\x60" + std::string(96, 'x'))) == "longer than event_bytes");
    walk.on(with("\x94\x01\x02\x03\x04"));
    CHECK(walk.outcome == Outcome::degraded);
    CHECK(walk.values() == "<array> 1 2");
  }

  TEST_CASE("numbers and times as texts, which stand in the bytes as something else") {
    Walk walk({"F"});
    walk.on("\x84\xa1\x46\xa2g1\x07\x92\xcd\x12\x11\xcb\x3f\xf8" + std::string(6, '\0') + "\xa1h\xd6\xff" + std::string(4, '\0') +
            "\xa1i\x81\xd0\xff\xd1\xff" + std::string(1, '\0'));
    REQUIRE(walk.outcome == Outcome::sound);
    CHECK(walk.walker->numbers() == "\n4625\n1.5\n1970-01-01T00:00:00.000Z\n-256");
    walk.on(std::string("\x81\xa1\x46\xcb\x7f\xf8") + std::string(6, '\0'));
    CHECK(walk.walker->numbers() == "\n");
    walk.on(std::string("\x80"));
    CHECK(walk.walker->numbers().empty());
  }

  TEST_CASE("rubbish is followed to a defined end") {
    std::mt19937_64 random(20'261'123);
    Walk walk({"F", "a.b", "1"});
    size_t sound = 0;
    for (int i = 0; i < 200'000; ++i) {
      std::string event(random() % 24, '\0');
      for (char& byte : event) byte = static_cast<char>(random() % 4 ? random() % 16 + (random() % 2 ? 0x80 : 0xa0) : random());
      if (!event.empty() && random() % 2) event[0] = static_cast<char>(0x80 + random() % 4);
      walk.on(event);
      sound += walk.outcome != Outcome::broken;
      (void)walk.json();
      (void)walk.walker->top_level_keys();
      walk.walker->any_scalar(*walk.table, [](EventValue&) { return false; });
      (void)walk.walker->numbers();
    }
    CHECK(sound > 1000);
  }
}
