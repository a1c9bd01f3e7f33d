#include "event/slot_table.h"

#include <doctest/doctest.h>

#include <deque>
#include <string>

using namespace sigrun;

namespace {

// `raw` lives as long as the test and has readable bytes behind it, as in an event.
EventValue& add_text(SlotTable& table, SlotId slot, std::string raw) {
  static std::deque<std::string> kept;
  const size_t size = raw.size();
  kept.push_back(raw + std::string(16, '\0'));
  return table.add(slot, ValueKind::text, false, std::string_view(kept.back()).substr(0, size));
}

std::string texts(SlotTable& table, SlotId slot) {
  std::string out;
  table.any_value(slot, [&](EventValue& value) {
    out += std::string(table.text(value)) + ",";
    return false;
  });
  return out;
}

}  // namespace

TEST_CASE("slot table: values of a slot in the order in which they were added") {
  SlotTable table(3);
  add_text(table, 1, "a");
  add_text(table, 2, "x");
  add_text(table, 1, "b");
  CHECK(texts(table, 1) == "a,b,");
  CHECK(texts(table, 2) == "x,");
  CHECK(table.present(1));
  CHECK_FALSE(table.present(0));
  CHECK(table.any_value(1, [](EventValue& value) { return value.raw == "a"; }));
  CHECK_FALSE(table.any_value(1, [](EventValue& value) { return value.raw == "z"; }));
}

TEST_CASE("slot table: reset forgets") {
  SlotTable table(2);
  for (int i = 0; i < 3; ++i) {
    add_text(table, 1, "a");
    CHECK(texts(table, 1) == "a,");
    table.reset();
    CHECK_FALSE(table.present(1));
    CHECK(table.size() == 0);
  }
}

TEST_CASE("slot table: hidden values are not seen") {
  SlotTable table(4);
  add_text(table, 1, "a");
  add_text(table, 2, "b");
  add_text(table, 3, "c");
  add_text(table, 1, "d");
  CHECK(table.has_several(1));
  CHECK_FALSE(table.has_several(2));
  CHECK_FALSE(table.has_several(0));
  table.value(0).hidden = table.value(1).hidden = true;
  CHECK(texts(table, 1) == "d,");
  CHECK_FALSE(table.present(2));
  CHECK(table.present(3));
  CHECK(table.has_several(1));  // hidden ones included
  table.reset();
  CHECK_FALSE(table.has_several(1));
}

TEST_CASE("slot table: texts are decoded and folded on demand, once") {
  SlotTable table(1);
  std::string raw = R"(\u00c4B\n)";
  add_text(table, 0, raw);
  EventValue& value = table.value(0);
  std::string_view text = table.text(value), folded = table.folded(value);
  CHECK(text == "ÄB\n");
  CHECK(folded == "äb\n");
  CHECK(table.text(value).data() == text.data());
  CHECK(table.folded(value).data() == folded.data());
}

TEST_CASE("slot table: numbers and truth values have text, others none") {
  SlotTable table(1);
  EventValue value;
  value.kind = ValueKind::truth;
  value.truth = true;
  CHECK(SlotTable::has_text(value));
  CHECK(table.text(value) == "true");
  value = {};
  value.kind = ValueKind::number;
  value.raw = "1.50E3";
  CHECK(table.text(value) == "1.50E3");
  CHECK(table.folded(value) == "1.50e3");
  for (ValueKind kind : {ValueKind::null, ValueKind::object, ValueKind::array, ValueKind::broken}) {
    value.kind = kind;
    CHECK_FALSE(SlotTable::has_text(value));
  }
}

TEST_CASE("slot table: the arena keeps many and huge texts apart until reset") {
  SlotTable table(1);
  std::vector<std::string_view> views;
  for (int i = 0; i < 5000; ++i) views.push_back(table.keep(std::string(40, static_cast<char>('a' + i % 26))));
  std::string_view huge = table.keep(std::string(1 << 20, 'z'));
  std::string_view after = table.keep("after");
  for (int i = 0; i < 5000; ++i) REQUIRE(views[static_cast<size_t>(i)] == std::string(40, static_cast<char>('a' + i % 26)));
  CHECK(huge == std::string(1 << 20, 'z'));
  CHECK(after == "after");
  table.reset();
  CHECK(table.keep("again") == "again");
  CHECK(table.keep("").empty());
}
