// Matching text patterns: pure functions over a TextTest and the value's text.
#pragma once

#include <string_view>

#include "plan/text_test.h"

namespace sigrun {

// `text` must be folded unless test.cased.
bool text_matches(const TextTest& test, std::string_view text);

}  // namespace sigrun
