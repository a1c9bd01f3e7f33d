// How loading spreads its work, decided by the caller: the engine does it on all cores (parallel.h), tests one by one.
#pragma once

#include <cstddef>
#include <functional>

namespace sigrun {

// Calls a function with every number below a count, perhaps several at once.
using ForEach = std::function<void(size_t count, const std::function<void(size_t)>& visit)>;

inline void one_by_one(size_t count, const std::function<void(size_t)>& visit) {
  for (size_t i = 0; i < count; ++i) visit(i);
}

}  // namespace sigrun
