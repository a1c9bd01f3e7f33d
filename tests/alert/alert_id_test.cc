#include "alert/alert_id.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

using sigrun::make_alert_id;

TEST_CASE("alert id: fixed for ever, since other systems keep it") {
  CHECK(make_alert_id("rule", "", "{\"a\":1}", 0) == "7f36c7689a6edd092255b0061c7910c0");
  CHECK(make_alert_id("rule", "own", "{\"a\":1}", 0) == "a068c0f5c8a94609871e8ef8e9d7bf12");
  // Of an event's few bytes, of some, of many.
  CHECK(make_alert_id("rule", "", std::string(490, 'x'), 7) == "b9d1e232d055a0291ef33073dac7e7e5");
  CHECK(make_alert_id("rule", "", std::string(600, 'x'), 7) == "953a40c9a67cc8a8d4e2232a43ce7f01");
  CHECK(make_alert_id("rule", "", std::string(100'000, 'x'), 7) == "c2dc9c5a1ca14c2da58f6ea269563dc6");
}

TEST_CASE("alert id: an event's own id counts alone; else its bytes and offset") {
  CHECK(make_alert_id("r", "own", "x", 1) == make_alert_id("r", "own", "y", 2));
  CHECK(make_alert_id("r", "", "x", 1) != make_alert_id("r", "", "x", 2));
  CHECK(make_alert_id("r", "", "x", 1) != make_alert_id("r", "", "y", 1));
  CHECK(make_alert_id("r", "", "x", 1) != make_alert_id("s", "", "x", 1));
}

TEST_CASE("alert id: parts do not run into one another") {
  std::set<std::string> ids;
  for (const std::string rule : {"", "a", "ab", "1 2"})
    for (const std::string own : {"", "a", "ab", "1"})
      for (const std::string event : {"", "a", "ba"})
        if (std::string(own).empty() || std::string(event).empty()) ids.insert(make_alert_id(rule, own, event, 0).c_str());
  CHECK(ids.size() == 4 * (3 + 3));
  for (const std::string& id : ids) CHECK(id.size() == 32);
}
