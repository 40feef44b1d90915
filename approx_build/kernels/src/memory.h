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
    size_t size = (bytes + 2 * CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
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

#endif
