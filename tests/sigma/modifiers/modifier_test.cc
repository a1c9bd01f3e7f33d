#include "sigma/modifiers/modifier.h"

#include <doctest/doctest.h>

#include <string>

using namespace sigrun::sigma;

TEST_CASE("modifiers: known by their exact names, all and neq are the item's") {
  for (const std::string name : {"contains", "startswith", "endswith", "cased", "windash", "expand", "re", "i", "ignorecase", "m", "multiline", "s",
                           "dotall", "base64", "base64offset", "wide", "utf16le", "utf16be", "utf16", "lt", "lte", "gt", "gte", "minute",
                           "hour", "day", "week", "month", "year", "cidr", "exists", "fieldref"}) {
    INFO(name);
    bool known = find_modifier(name) != nullptr;
    CHECK(known);
  }
  for (const std::string name : {"", "all", "neq", "Contains", "contains ", "regex"}) {
    INFO(name);
    bool known = find_modifier(name) != nullptr;
    CHECK_FALSE(known);
  }
}

TEST_CASE("modifiers: the nearest known name, or none") {
  CHECK(suggest_modifier("startwith") == "startswith");
  CHECK(suggest_modifier("ENDSWITH") == "endswith");
  CHECK(suggest_modifier("base64ofset") == "base64offset");
  CHECK(suggest_modifier("ne") == "re");
  CHECK(suggest_modifier("") == "");
  CHECK(suggest_modifier("somethingelse") == "");
  CHECK(suggest_modifier(std::string(1000, 'a')) == "");
}
