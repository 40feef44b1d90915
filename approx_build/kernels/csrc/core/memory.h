/* Zeroed, aligned memory; large blocks ask for huge pages, so that streaming weights and rings
 * does not wait for address translation. */
#ifndef APPROX_MEMORY_H
#define APPROX_MEMORY_H

#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <malloc.h>
#endif
#ifdef __linux__
#include <sys/mman.h>
#endif

#define CACHE_LINE ((size_t)64)
#define HUGE_PAGE ((size_t)1 << 21)

/* `bytes` zero bytes, or NULL when there are none left. */
static inline void *reserve(size_t bytes) {
    size_t alignment = bytes >= HUGE_PAGE / 2 ? HUGE_PAGE : CACHE_LINE;
    size_t size = (bytes / alignment + 1) * alignment;
    void *block = NULL;
#ifdef _WIN32
    block = _aligned_malloc(size, CACHE_LINE);
#else
    if (posix_memalign(&block, alignment, size)) return NULL;
#endif
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (alignment == HUGE_PAGE) madvise(block, size, MADV_HUGEPAGE);
#endif
    if (block) memset(block, 0, size);
    return block;
}

static inline void release(void *block) {
#ifdef _WIN32
    _aligned_free(block);
#else
    free(block);
#endif
}

/* One block that many arrays share, so that they lie close together on huge pages. */
typedef struct {
    char *block;
    size_t used, size;
} arena;

/* Bytes that an array takes of an arena. */
static inline size_t arena_bytes(size_t bytes) {
    return (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
}

static inline int arena_open(arena *a, size_t size) {
    *a = (arena){.block = reserve(size), .size = size};
    return a->block != NULL;
}

/* The next `bytes` of the arena, zero; NULL when it is full. One without a block only counts. */
static inline void *arena_take(arena *a, size_t bytes) {
    size_t at = a->used;
    if (!a->block) {
        a->used += arena_bytes(bytes);
        return NULL;
    }
    if (arena_bytes(bytes) > a->size - at) return NULL;
    a->used += arena_bytes(bytes);
    return a->block + at;
}

#endif
