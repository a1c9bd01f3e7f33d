// Why a rule fired: one value of the event that satisfied one pattern of the rule. A plain value.
//
// The event's value is a view of the bytes that were matched (JsonWalker::bytes), the rest are views of the rule's
// explanations; it lives as long as both.
#pragma once

#include <string_view>

#include "event/event_text.h"

namespace sigrun {

struct Match {
  std::string_view field;     // the rule's field; empty for keywords
  EventText value;            // the event's value (cut to Limits::explained_value_bytes of text)
  std::string_view modifier;  // "endswith", "re|i", "" for a plain comparison
  std::string_view pattern;   // as an author would write it
};

}  // namespace sigrun
