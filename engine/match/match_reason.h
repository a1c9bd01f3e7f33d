// Why a rule fired: one value of the event that satisfied one pattern of the rule. A plain value.
#pragma once

#include <string>

namespace sigrun {

struct Match {
  std::string field;     // the rule's field; empty for keywords
  std::string value;     // the event's value as text (cut to Limits::explained_value_bytes)
  std::string modifier;  // "endswith", "re|i", "" for a plain comparison
  std::string pattern;   // as an author would write it
};

}  // namespace sigrun
