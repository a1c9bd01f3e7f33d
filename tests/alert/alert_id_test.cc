#include "alert/alert_id.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

using sigrun::make_alert_id;

TEST_CASE("alert id: fixed for ever, since other systems keep it") {
  CHECK(make_alert_id("rule", "", "{\"a\":1}", 0) == "7f36c7689a6edd092255b0061c7910c0");
  CHECK(make_alert_id("rule", "own", "{\"a\":1}", 0) == "a068c0f5c8a94609871e8ef8e9d7bf12");
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
        if (std::string(own).empty() || std::string(event).empty()) ids.insert(make_alert_id(rule, own, event, 0));
  CHECK(ids.size() == 4 * (3 + 3));
  for (const std::string& id : ids) CHECK(id.size() == 32);
}
