/* Vectors of one instruction set, the register tile that suits it.
 *
 * Every source file that includes this header is compiled once per instruction set, with
 *   APPROX_KERNEL  the set's name, a suffix of every exported symbol
 *   APPROX_LANES   floats per vector
 * The rule that fixes the bits (docs/numerics-of-kernels.md) is stated per output element, so
 * neither number can be heard: a lane never adds to its neighbour.
 */
#ifndef APPROX_VECTOR_H
#define APPROX_VECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "export.h"

#if !defined(APPROX_KERNEL) || !defined(APPROX_LANES)
#error "compile with -DAPPROX_KERNEL=name -DAPPROX_LANES=floats; see CMakeLists.txt"
#endif

#if defined(__FAST_MATH__) || __FLT_EVAL_METHOD__ != 0
#error "fast-math and excess precision change bits; build without them"
#endif

#define LANES APPROX_LANES

typedef float vec __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int32_t ivec __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

/* Rows x vectors of sums held in registers while a product runs. AVX-512 and NEON have 32
 * registers: 24 sums, 4 weights, 1 input. SSE2 and AVX2 have 16: 12 sums, 2 weights, 1 input. */
#if LANES == 16 || defined(__aarch64__)
#define TILE_VECTORS 4
#else
#define TILE_VECTORS 2
#endif
#define TILE_ROWS 6

#define INLINE static inline __attribute__((always_inline))
/* `body` for i = 0, 1, ... below `count` (at most 4 or 6), written out: i is a constant in each
 * copy, so that arrays indexed by it can live in registers whatever the compiler. */
#define TIMES(at, i, count, ...) \
    if (at < (count)) { \
        enum { i = at }; \
        __VA_ARGS__ \
    }
#define REPEAT_4(i, count, ...) \
    { \
        TIMES(0, i, count, __VA_ARGS__) \
        TIMES(1, i, count, __VA_ARGS__) \
        TIMES(2, i, count, __VA_ARGS__) \
        TIMES(3, i, count, __VA_ARGS__) \
    }
#define REPEAT_6(i, count, ...) \
    { \
        TIMES(0, i, count, __VA_ARGS__) \
        TIMES(1, i, count, __VA_ARGS__) \
        TIMES(2, i, count, __VA_ARGS__) \
        TIMES(3, i, count, __VA_ARGS__) \
        TIMES(4, i, count, __VA_ARGS__) \
        TIMES(5, i, count, __VA_ARGS__) \
    }

INLINE vec load(const float *from) { return *(const vec *)from; }
INLINE void store(float *to, vec value) { *(vec *)to = value; }
INLINE vec splat(float value) { return value - (vec){0}; } /* 0 + value would lose -0 */

/* mask ? yes : no, lane by lane; a mask is all ones or all zeros. */
INLINE vec choose(ivec mask, vec yes, vec no) {
    return (vec)((mask & (ivec)yes) | (~mask & (ivec)no));
}

/* min and max keep a NaN in `a` and so pass overflow on to where it is reported. */
INLINE vec at_most(vec a, float limit) { return choose(a > limit, splat(limit), a); }
INLINE vec at_least(vec a, float limit) { return choose(a < limit, splat(limit), a); }

INLINE int round_up(int count, int step) { return (count + step - 1) / step * step; }

#include "fused.h"

#endif
