// How often a text is found in event logs, by rough experience: what decides that something else tells more about an event.
//
// Only a guess: what it says changes how fast events are matched, never the result.
#pragma once

#include <cstdint>
#include <string_view>

namespace sigrun {

// `literal` is folded. About the share of values that have it: more than half where it is part of what most of them say
// (`\windows\system32\`, `nt authority\system`), less for what many do (`\svchost.exe`), least for anything else, the longer the less.
double expected_share(std::string_view literal);

// Whether four bytes, as they are in memory, are part of what most values say, or of any encoded command.
bool is_common_gram(uint32_t gram);

}  // namespace sigrun
