// Why a rule fired: one value of the event that satisfied one pattern of the rule. A plain value; the views are of the rule's
// explanations and live as long as those.
#pragma once

#include <string>
#include <string_view>

namespace sigrun {

struct Match {
  std::string_view field;     // the rule's field; empty for keywords
  std::string value;          // the event's value as text (cut to Limits::explained_value_bytes)
  std::string_view modifier;  // "endswith", "re|i", "" for a plain comparison
  std::string_view pattern;   // as an author would write it
};

}  // namespace sigrun
