/* An allocator that can run out of memory: after fail_allocation_at(n) the n-th allocation of this thread fails, and with `from_then_on` all that follow it. To be
 * preloaded. The allocator of the C library does the work, under the names that it keeps for those who take its place. */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

/* 0: never. Of all threads but the caller's, where it is `others`. */
static __thread unsigned long left __attribute__((tls_model("initial-exec")));
static __thread int spared __attribute__((tls_model("initial-exec")));
static unsigned long left_of_others;
static int keeps_failing;

void fail_allocation_at(unsigned long n, int from_then_on) {
  keeps_failing = from_then_on;
  left = n;
}
/* How many of this thread's are left until one fails; 0: it has failed. */
unsigned long allocations_left(void) { return left; }
/* The n-th of all other threads together, and those that follow it; 0: none. */
void fail_allocation_of_others_at(unsigned long n) {
  spared = 1;
  __atomic_store_n(&left_of_others, n, __ATOMIC_SEQ_CST);
}

static int fails(void) {
  if (left > 0) {
    if (left > 1) {
      --left;
      return 0;
    }
    if (!keeps_failing) left = 0;
    errno = ENOMEM;
    return 1;
  }
  if (spared || __atomic_load_n(&left_of_others, __ATOMIC_RELAXED) == 0) return 0;
  unsigned long now = __atomic_load_n(&left_of_others, __ATOMIC_RELAXED);
  if (now > 1) {
    __atomic_store_n(&left_of_others, now - 1, __ATOMIC_RELAXED);
    return 0;
  }
  errno = ENOMEM;
  return now == 1;
}

void *malloc(size_t size) { return fails() ? NULL : __libc_malloc(size); }
void *calloc(size_t count, size_t size) { return fails() ? NULL : __libc_calloc(count, size); }
void *realloc(void *block, size_t size) { return size != 0 && fails() ? NULL : __libc_realloc(block, size); }
void *memalign(size_t alignment, size_t size) { return fails() ? NULL : __libc_memalign(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void **block, size_t alignment, size_t size) {
  *block = memalign(alignment, size);
  return *block ? 0 : ENOMEM;
}
