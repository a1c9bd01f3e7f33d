// Counts what a program allocates with `new`, in all its threads: this file's operators replace the library's.
//
// Only for a program of its own: the replacement holds for everything that is linked with it. Break on `count_allocation` to
// see who allocates. What C libraries take with malloc is not counted.
#pragma once

#include <cstdint>

namespace sigrun::test {

// Since the program began.
uint64_t allocations();

}  // namespace sigrun::test
