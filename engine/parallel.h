// Work spread over all cores, for loading. Scans have scan.h.
#pragma once

#include <cstddef>
#include <functional>

namespace sigrun {

// Calls visit(0) … visit(count - 1), several at once, and returns when all are done.
void in_parallel(size_t count, const std::function<void(size_t)>& visit);

}  // namespace sigrun
