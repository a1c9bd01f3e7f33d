// Tells ThreadSanitizer what happens before what where oneTBB sees to it: that library is not instrumented, so its own synchronisation is not seen, and
// everything that it hands from thread to thread would be taken for a race. In every other build these do nothing.
//
// Each says exactly what oneTBB promises: a work item is in one stage of a pipeline at a time, a serial stage runs once at a time, a loop's bodies lie between its
// begin and its end. Never said for what the project's own code has to see to.
#pragma once

#if defined(__SANITIZE_THREAD__)
#define SIGRUN_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SIGRUN_THREAD_SANITIZER 1
#endif
#endif

#ifdef SIGRUN_THREAD_SANITIZER
extern "C" {
void __tsan_acquire(void* of);
void __tsan_release(void* of);
}
#endif

namespace sigrun {

// What was done before an ordered_before(of) in another thread was done before what follows here.
inline void ordered_after([[maybe_unused]] const void* of) {
#ifdef SIGRUN_THREAD_SANITIZER
  __tsan_acquire(const_cast<void*>(of));
#endif
}
inline void ordered_before([[maybe_unused]] const void* of) {
#ifdef SIGRUN_THREAD_SANITIZER
  __tsan_release(const_cast<void*>(of));
#endif
}

}  // namespace sigrun
