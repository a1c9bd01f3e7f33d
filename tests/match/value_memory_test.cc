#include "match/value_memory.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "event/event_batch.h"
#include "support/rule_fixture.h"

using namespace sigrun;

namespace {

EventValue text_value(SlotId slot, const std::string& padded, size_t size, ValueKind kind = ValueKind::text) {
  EventValue value;
  value.slot = slot;
  value.kind = kind;
  value.raw = std::string_view(padded).substr(0, size);
  return value;
}

// Takes a value for itself.
uint32_t number_of(ValueMemory& memory, SlotId slot, std::string text, ValueKind kind = ValueKind::text) {
  const size_t size = text.size();
  text.append(event_padding, '\0');
  EventValue value = text_value(slot, text, size, kind);
  return memory.number_of(value);
}

}  // namespace

TEST_CASE("value memory: a number is a slot, a kind and bytes") {
  ValueMemory memory;
  memory.start_event();
  const uint32_t first = number_of(memory, 1, "C:\\\\Windows");
  CHECK(first != 0);
  CHECK(number_of(memory, 1, "C:\\\\Windows") == first);
  CHECK(number_of(memory, 2, "C:\\\\Windows") != first);
  CHECK(number_of(memory, 1, "C:\\\\windows") != first);
  CHECK(number_of(memory, 1, "5") != number_of(memory, 1, "5", ValueKind::number));
  CHECK(number_of(memory, 1, "") != 0);
  CHECK(number_of(memory, 1, "true", ValueKind::truth) == 0);
  CHECK(number_of(memory, 1, "", ValueKind::null) == 0);
}

TEST_CASE("value memory: long values have to come twice, and very long ones are not remembered") {
  ValueMemory memory;
  CHECK(number_of(memory, 1, std::string(300, 'x')) == 0);
  const uint32_t second = number_of(memory, 1, std::string(300, 'x'));
  CHECK(second != 0);
  CHECK(number_of(memory, 1, std::string(300, 'x')) == second);
  for (int i = 0; i < 3; ++i) CHECK(number_of(memory, 1, std::string(20'000, 'x')) == 0);
}

TEST_CASE("value memory: facts belong to a value and a subject") {
  ValueMemory memory;
  const uint32_t a = number_of(memory, 1, "a"), b = number_of(memory, 1, "b");
  memory.learn(a, 7, 1);
  REQUIRE(memory.answer(a, 7) != nullptr);
  CHECK(*memory.answer(a, 7) == 1);
  CHECK(memory.answer(a, 8) == nullptr);
  CHECK(memory.answer(b, 7) == nullptr);
  // Values without a number have none.
  memory.learn(0, 0, 1);
  CHECK(memory.answer(0, 0) == nullptr);
  CHECK(memory.answer(0, 7) == nullptr);

  const std::vector<uint32_t> list{5, 6, 7};
  memory.learn(b, 9, list);
  const auto known = memory.answers(b, 9);
  REQUIRE(known.has_value());
  CHECK(std::equal(known->begin(), known->end(), list.begin(), list.end()));
  memory.learn(b, 10, std::vector<uint32_t>{});
  REQUIRE(memory.answers(b, 10).has_value());
  CHECK(memory.answers(b, 10)->empty());
  memory.learn(b, 11, std::vector<uint32_t>(ValueMemory::most_answers + 1, 1));
  CHECK_FALSE(memory.answers(b, 11).has_value());
}

TEST_CASE("value memory: whether a text is sound is told and remembered") {
  ValueMemory memory;
  std::string text = "a\\n" + std::string(event_padding, '\0'), broken = "a\\q" + std::string(event_padding, '\0');
  for (int i = 0; i < 2; ++i) {
    EventValue sound = text_value(1, text, 3), unsound = text_value(1, broken, 3);
    memory.number_of(sound);
    memory.number_of(unsound);
    CHECK(sound.sound);
    CHECK_FALSE(unsound.sound);
  }
}

// Whatever is forgotten meanwhile: what is known is what was learnt last about this very value.
TEST_CASE("value memory: random values and facts") {
  std::mt19937_64 random(test::announce_seed("value memory"));
  ValueMemory memory;
  std::map<std::tuple<SlotId, std::string, uint32_t>, std::vector<uint32_t>> learnt;
  size_t known = 0, asked = 0;
  for (int round = 0; round < 100'000; ++round) {
    memory.start_event();
    const SlotId slot = random() % 3;
    // Few short values, many middling ones, and long ones that turn the rings around.
    const size_t kind = random() % 10;
    std::string text = kind < 5 ? std::to_string(random() % 100) : std::to_string(random() % 50'000);
    if (kind >= 8) text.resize(50 + random() % 600, static_cast<char>('a' + random() % 3));
    const uint32_t number = number_of(memory, slot, text), subject = random() % 5;
    ++asked;
    if (const auto answers = memory.answers(number, subject)) {
      ++known;
      const auto expected = learnt.find({slot, text, subject});
      REQUIRE(expected != learnt.end());
      REQUIRE(std::equal(answers->begin(), answers->end(), expected->second.begin(), expected->second.end()));
      if (random() % 4) continue;
    }
    std::vector<uint32_t> answers;
    std::generate_n(std::back_inserter(answers), random() % 8, std::ref(random));
    memory.learn(number, subject, answers);
    if (number != 0) learnt[{slot, text, subject}] = answers;
  }
  CHECK(known > asked / 10);
  CHECK(known < asked);
}

TEST_CASE("value memory: of a slot whose values are always new few are looked up, until they come again") {
  ValueMemory memory;
  auto known = [&](SlotId slot, int from, int count) {
    int numbered = 0;
    for (int i = from; i < from + count; ++i) numbered += number_of(memory, slot, "value " + std::to_string(i)) != 0;
    return numbered;
  };
  CHECK(known(1, 0, 200) == 200);
  CHECK(known(1, 200, 2000) < 400);
  CHECK(known(1, 2200, 1000) < 100);
  CHECK(known(1, 3200, 1000) > 10);
  CHECK(known(2, 0, 200) == 200);  // another slot
  int until = 0;
  while (known(1, 0, 8) < 8 && until < 1000) ++until;
  CHECK(until < 100);
  CHECK(known(1, 8, 100) == 100);
  known(1, 1000, 1000);
  memory.forget();
  CHECK(known(1, 0, 200) == 200);
}
