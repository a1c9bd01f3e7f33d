/* An allocator as collectors bring along: everything it gives out is aligned to 8 bytes and never to 16. To be preloaded. */
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* glibc's own, under the names that it keeps for those who take its place. */
extern void *__libc_malloc(size_t size);
extern void __libc_free(void *block);
extern void *__libc_memalign(size_t alignment, size_t size);

/* Stands before each block. */
struct head {
  void *begin;
  size_t size;
};

static struct head head_of(void *block) {
  struct head head;
  memcpy(&head, (char *)block - sizeof head, sizeof head);
  return head;
}

static void *place(char *begin, size_t gap, size_t size) {
  struct head head = {begin, size};
  if (!begin) return NULL;
  memcpy(begin + gap - sizeof head, &head, sizeof head);
  return begin + gap;
}

void *malloc(size_t size) {
  if (size > PTRDIFF_MAX - 64) {
    errno = ENOMEM;
    return NULL;
  }
  return place(__libc_malloc(size + 24), 24, size);
}

void free(void *block) {
  if (block) __libc_free(head_of(block).begin);
}

void *calloc(size_t count, size_t size) {
  size_t all;
  if (__builtin_mul_overflow(count, size, &all)) {
    errno = ENOMEM;
    return NULL;
  }
  void *block = malloc(all);
  if (block) memset(block, 0, all);
  return block;
}

size_t malloc_usable_size(void *block) { return block ? head_of(block).size : 0; }

void *realloc(void *block, size_t size) {
  void *larger = malloc(size);
  if (!larger || !block) return larger;
  size_t kept = head_of(block).size;
  memcpy(larger, block, kept < size ? kept : size);
  free(block);
  return larger;
}

void *memalign(size_t alignment, size_t size) {
  if (alignment < 16) alignment = 16;
  return place(__libc_memalign(alignment, size + alignment), alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **block, size_t alignment, size_t size) {
  *block = memalign(alignment, size);
  return *block ? 0 : ENOMEM;
}
