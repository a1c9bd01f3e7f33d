// The keys of a configuration's section `limits`: each names a field of Limits, says how its value is written, and between
// what it may be set. A new limit is one line in limit_keys.cc.
//
// Bounds are those that the code behind a limit was written for (recursion, 32-bit offsets, loops that have to get on); within
// them any value is safe, if not wise. The table is constant: any number of threads.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "config/value_reader.h"
#include "support/limits.h"

namespace sigrun {

struct LimitKey {
  std::string_view name;
  Amount bounds;
  // In the unit of `bounds`, whatever the field counts in.
  uint64_t (*get)(const Limits& limits) = nullptr;
  void (*set)(Limits& limits, uint64_t value) = nullptr;
};

std::span<const LimitKey> limit_keys();

// Null where there is none.
const LimitKey* find_limit_key(std::string_view name);

}  // namespace sigrun
