// Whether a text is one that event logs are full of: what decides that something else tells more about an event.
//
// Only a guess about frequencies: what it says changes how fast events are matched, never the result.
#pragma once

#include <string_view>

namespace sigrun {

// `literal` is folded. True where it is part of a text that is found in a large share of events (`\windows\system32\`,
// `microsoft corporation`).
bool is_common_text(std::string_view literal);

}  // namespace sigrun
