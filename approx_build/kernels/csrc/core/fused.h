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

/* Training's bits belong to one environment in any case: two roundings take a tenth of the time. */
INLINE vec fused(vec a, vec b, vec c) { return c + a * b; }

#else

typedef double wide __attribute__((vector_size(4 * LANES)));
typedef int64_t wide_bits __attribute__((vector_size(4 * LANES)));

#if defined(__SSE2__) && LANES == 4

INLINE wide lower(vec x) { return (wide)_mm_cvtps_pd((__m128)x); }
INLINE wide upper(vec x) { return (wide)_mm_cvtps_pd(_mm_movehl_ps((__m128)x, (__m128)x)); }
INLINE vec joined(wide low, wide high) {
    return (vec)_mm_movelh_ps(_mm_cvtpd_ps((__m128d)low), _mm_cvtpd_ps((__m128d)high));
}

/* Whether rounding the sums to `rounded` may have been a second rounding that counts: one lies
 * halfway between two floats (the last 29 bits are 1000...), or its float is subnormal or the least
 * normal one. Where the float is 0, the sum was exact: its parts are multiples of 2^-298. */
INLINE int are_doubtful(wide low, wide high, vec rounded) {
    __m128i ends = _mm_castps_si128(_mm_shuffle_ps((__m128)low, (__m128)high, 0x88));
    __m128i halfway = _mm_cmpeq_epi32(_mm_and_si128(ends, _mm_set1_epi32(0x1FFFFFFF)),
                                      _mm_set1_epi32(0x10000000));
    __m128i size = _mm_add_epi32((__m128i)rounded, (__m128i)rounded); /* the sign is gone */
    __m128i small = _mm_cmplt_epi32(_mm_add_epi32(size, _mm_set1_epi32(INT32_MAX)),
                                    _mm_set1_epi32(INT32_MIN + (1 << 24)));
    return _mm_movemask_epi8(_mm_or_si128(halfway, small));
}

#else

INLINE wide lower(vec x) {
    wide half;
    for (int i = 0; i < LANES / 2; i++) half[i] = x[i];
    return half;
}
INLINE wide upper(vec x) {
    wide half;
    for (int i = 0; i < LANES / 2; i++) half[i] = x[LANES / 2 + i];
    return half;
}
INLINE vec joined(wide low, wide high) {
    vec both;
    for (int i = 0; i < LANES / 2; i++) {
        both[i] = (float)low[i];
        both[LANES / 2 + i] = (float)high[i];
    }
    return both;
}
INLINE int are_doubtful(wide low, wide high, vec rounded) {
    (void)low, (void)high, (void)rounded;
    return 1;
}

#endif

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

/* float x float is exact in float64, and nothing overflows or underflows there. */
INLINE vec fused(vec a, vec b, vec c) {
    wide low = lower(a) * lower(b), high = upper(a) * upper(b);
    wide low_sum = low + lower(c), high_sum = high + upper(c);
    vec rounded = joined(low_sum, high_sum);
    if (__builtin_expect(are_doubtful(low_sum, high_sum, rounded), 0))
        rounded = joined(add_to_odd(low, lower(c)), add_to_odd(high, upper(c)));
    return rounded;
}

#endif
#endif
