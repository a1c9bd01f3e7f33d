// Gives memory that was freed back to the machine, where the C library keeps it otherwise (glibc). Takes some milliseconds: for the end
// of what took much and needs little from then on. Any thread.
#pragma once

#include <cstdlib>  // says which library it is

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace sigrun {

inline void give_back_memory() {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

}  // namespace sigrun
