// Which values names and values give a path.
#include "event/pairs_walker.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "event/walk_fixture.h"

using namespace sigrun;
using Outcome = JsonWalker::Outcome;

namespace {

struct Walk : test::WalkFixture<PairsWalker> {
  using WalkFixture::WalkFixture;
  Walk& on(const std::vector<NamedValue>& pairs) {
    table->reset();
    outcome = walker->walk(pairs, *table);
    return *this;
  }
  // With the kind of each: texts of numbers and of texts look alike here.
  std::string values(size_t n = 0) {
    constexpr const char* kinds[] = {"null", "truth", "number", "text", "object", "array", "broken"};
    std::string out;
    table->any_value(paths.slot_of(added[n]), [&](EventValue& value) {
      out += (out.empty() ? "" : " ") + std::string(kinds[static_cast<size_t>(value.kind)]) + ":" + (SlotTable::has_text(value) ? std::string(table->text(value)) : "");
      return false;
    });
    return out;
  }
};

}  // namespace

TEST_SUITE("names and values") {
  TEST_CASE("types, and what is not what it says") {
    Walk walk({"F"});
    CHECK(walk.on({{"F", "x\\n\"", PairType::text}}).values() == "text:x\\n\"");
    CHECK(walk.on({{"F", "12.50", PairType::number}}).values() == "number:12.50");
    CHECK(walk.on({{"F", "true", PairType::truth}}).values() == "truth:true");
    CHECK(walk.on({{"F", "yes", PairType::truth}}).values() == "text:yes");
    CHECK(walk.on({{"F", "", PairType::null}}).values() == "null:");
    CHECK(walk.outcome == Outcome::sound);
    CHECK(walk.on({{"F", "12x", PairType::number}}).values() == "broken:");
    CHECK(walk.outcome == Outcome::degraded);
    CHECK(walk.on({{"F", "1e400", PairType::number}}).values() == "number:1e400");
    CHECK(walk.outcome == Outcome::degraded);
    CHECK(walk.on({{"F", "a\xff", PairType::text}}).values() == "text:a\xEF\xBF\xBD");
    CHECK(walk.outcome == Outcome::degraded);
  }

  TEST_CASE("a name with dots is one key, found under the dotted path; names may come twice") {
    Walk walk({"a.b", "a"});
    CHECK(walk.on({{"a.b", "x"}}).values() == "text:x");
    CHECK(walk.on({{"a", "x"}, {"a.b", "y"}}).values(0) == "text:y");
    CHECK(walk.values(1) == "text:x");
    CHECK(walk.on({{"a.b", "x"}, {"a.b", "y"}}).values() == "text:x text:y");
  }

  TEST_CASE("limits") {
    Limits limits;
    limits.event_bytes = 8;
    limits.values_per_event = 2;
    Walk walk({"F"}, limits);
    CHECK(walk.on({{"F", "1234567"}}).outcome == Outcome::sound);
    CHECK(walk.on({{"F", "12345678"}}).outcome == Outcome::broken);
    CHECK(walk.walker->problem() == "longer than event_bytes");
    CHECK(walk.on({{"F", "1"}, {"F", "2"}, {"F", "3"}}).values() == "text:1 text:2");
    CHECK(walk.outcome == Outcome::degraded);
    CHECK(walk.on({}).outcome == Outcome::sound);
  }

  TEST_CASE("as JSON") {
    Walk walk({"F"});
    walk.on({{"F", "a\"b", PairType::text}, {"n", "1", PairType::number}, {"m", "-x", PairType::number}, {"t", "false", PairType::truth}, {"z", "", PairType::null}});
    CHECK(walk.json() == R"({"F":"a\"b","n":1,"m":null,"t":false,"z":null})");
    CHECK(walk.walker->top_level_keys() == "F,m,n,t,z");
  }
}
