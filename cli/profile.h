// What rules cost, as a table for people: the dearest first.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alert/alert.h"
#include "match/rule_cost.h"

namespace sigrun::cli {

// "20", "all": how many rules to list; nothing if the text is neither.
std::optional<size_t> parse_profile_rows(const std::string& text);

// Several lines without a trailing newline. `rules` in the order of the costs; `width`: of the terminal.
std::string format_profile(const RuleCosts& costs, const std::vector<std::shared_ptr<const RuleInfo>>& rules,
                           size_t rows, size_t width);

}  // namespace sigrun::cli
