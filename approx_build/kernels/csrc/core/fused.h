/* Fused multiply-add: a b + c rounded once, with the same bits on every processor.
 *
 * IEEE 754 defines one result, so it is portable like + and x, as long as it stands where the rule
 * has it (docs/numerics-of-kernels.md). It therefore has a name and is never a contraction that a
 * compiler chooses. vector.h includes this file after the types of vectors.
 */
#ifndef APPROX_FUSED_H
#define APPROX_FUSED_H

#if defined(APPROX_FUSED_SOFT)
/* Tests compile the exact form below for any processor. */
#elif defined(__AVX512F__) && LANES == 16
#define FUSED_INSTRUCTION(a, b, c) _mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c))
#elif defined(__FMA__) && LANES == 8
#define FUSED_INSTRUCTION(a, b, c) _mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c))
#elif defined(__FMA__) && LANES == 4
#define FUSED_INSTRUCTION(a, b, c) _mm_fmadd_ps((__m128)(a), (__m128)(b), (__m128)(c))
#elif defined(__aarch64__) && LANES == 4
#define FUSED_INSTRUCTION(a, b, c) vfmaq_f32((float32x4_t)(c), (float32x4_t)(a), (float32x4_t)(b))
#endif

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(FUSED_INSTRUCTION)

INLINE vec fused(vec a, vec b, vec c) { return (vec)FUSED_INSTRUCTION(a, b, c); }

#elif defined(APPROX_TRAINING)

/* Training's bits belong to one environment in any case: two roundings, as fast as they were. */
INLINE vec fused(vec a, vec b, vec c) { return c + a * b; }

#else

typedef double wide __attribute__((vector_size(8 * LANES)));
typedef int64_t wide_bits __attribute__((vector_size(8 * LANES)));
typedef uint32_t words __attribute__((vector_size(8 * LANES)));
typedef uint32_t unsigned_vec __attribute__((vector_size(4 * LANES)));

INLINE wide widened(vec x) { return __builtin_convertvector(x, wide); }
INLINE vec narrowed(wide x) { return __builtin_convertvector(x, vec); }

/* product + c rounded to odd: of the two neighbours of an inexact sum the one whose last bit is 1
 * (Boldo and Melquiond, 2008). Rounding that to float is as good as rounding once. TwoSum gives
 * the error exactly; it is NaN where the sum is not finite, and then neither < nor > holds. */
INLINE wide add_to_odd(wide product, wide c) {
    wide sum = product + c, back = sum - product;
    wide error = (product - (sum - back)) + (c - back), zero = {0};
    wide_bits bits = (wide_bits)sum, below = error < zero;
    wide_bits step = (below ^ (wide_bits)(sum < zero)) | 1; /* away from 0, or towards it */
    wide_bits inexact = below | (wide_bits)(error > zero), even = (bits & 1) - 1;
    return (wide)(bits + (step & inexact & even));
}

#if defined(__SSE2__) && LANES == 4
INLINE int any_of(words mask) {
    union {
        words all;
        __m128i half[2];
    } of = {mask};
    return _mm_movemask_epi8(_mm_or_si128(of.half[0], of.half[1]));
}
#else
INLINE int any_of(words mask) {
    uint32_t any = 0;
    for (int i = 0; i < 2 * LANES; i++) any |= mask[i];
    return any != 0;
}
#endif

/* 29 bits of a float64 are below the last bit of a normal float. */
#define BELOW (words)((wide_bits){0} + 0x1FFFFFFF)
#define HALFWAY (words)((wide_bits){0} + 0x110000000) /* its upper word meets none: those are 0 */

/* Whether rounding `sum` to `rounded` may have been a second rounding that counts: a sum that lies
 * halfway between two floats, or a float that is subnormal or the least normal one. (Where the
 * float is 0 the sum is exact: its parts are multiples of 2^-298 and small.) */
INLINE int is_doubtful(wide sum, vec rounded) {
    unsigned_vec size = (unsigned_vec)rounded << 1; /* no sign; 0 becomes the greatest below */
    unsigned_vec tiny = (unsigned_vec)(size - 1 < 0x01000000);
    union {
        unsigned_vec half[2];
        words all;
    } both = {{tiny, tiny}};
    return any_of((words)(((words)sum & BELOW) == HALFWAY) | both.all);
}

/* float x float is exact in float64, and nothing overflows or underflows there. */
INLINE vec fused(vec a, vec b, vec c) {
    wide product = widened(a) * widened(b), sum = product + widened(c);
    vec rounded = narrowed(sum);
    if (__builtin_expect(is_doubtful(sum, rounded), 0))
        rounded = narrowed(add_to_odd(product, widened(c)));
    return rounded;
}

#endif
#endif
