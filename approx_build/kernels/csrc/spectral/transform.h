/* The plan of a discrete Fourier transform, and the names of code that is written once for every
 * number of lanes.
 *
 * Every SIMD lane is a frame of its own, so the width of vectors cannot be heard. The order of
 * operations (docs/numerics-of-kernels.md) is that of one frame; lanes meet in loads and stores
 * only, which round nothing. A tail of few frames runs in fewer lanes: the templates lane_*.h are
 * included for 2, 4 and 8 lanes, as far as the instruction set goes.
 */
#ifndef APPROX_SPECTRAL_TRANSFORM_H
#define APPROX_SPECTRAL_TRANSFORM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/export.h"

#if !defined(APPROX_KERNEL) || !defined(APPROX_LANES)
#error "compile with -DAPPROX_KERNEL=name -DAPPROX_LANES=floats; see CMakeLists.txt"
#endif

#if defined(__FAST_MATH__) || __FLT_EVAL_METHOD__ != 0
#error "fast-math and excess precision change bits; build without them"
#endif

/* Numbers of float64 in the widest vector. */
#define WIDEST (APPROX_LANES / 2)

#define INLINE static inline __attribute__((always_inline))

/* A transform of `size` complex numbers, or of twice as many real ones. Tables come from Python
 * (kernels/fft_plan.py), so nothing here computes a sine. */
typedef struct {
    int32_t size, stages;
    const int32_t *radix;           /* first stage first */
    const double *const *twiddle;   /* j = 1..m-1, q = 1..r-1: cos, -sin of 2 pi jq / rm */
    const double *const *root;      /* k = 0..r-1: cos, sin of 2 pi k / r */
    const int32_t *place;           /* where input i lies before the first stage */
    const double *split;            /* k = 0..size/2: cos, -sin of pi k / size */
} fft_plan;

/* Frames in memory: frame f begins at number f * stride. */
typedef struct {
    void *start;
    int64_t stride;
    int32_t is_float; /* float32 outside, float64 within; rounded once */
} fft_rows;

/* Bytes of the work buffer that go through all their stages before the next ones do. */
#define NEAREST_CACHE 32768

#define JOIN_EXPANDED(a, b) a##_##b
#define JOIN(a, b) JOIN_EXPANDED(a, b)
/* `name` for the number of lanes at hand. */
#define OWN(name) JOIN(name, LANES)

#define vec OWN(vec)
#define fvec OWN(fvec)
#define vec_index OWN(vec_index)
#define load OWN(load)
#define store OWN(store)
#define load_row OWN(load_row)
#define store_row OWN(store_row)
#define transpose OWN(transpose)
#define cell OWN(cell)
#define radix_2 OWN(radix_2)
#define radix_4 OWN(radix_4)
#define four_of OWN(four_of)
#define radix_odd OWN(radix_odd)
#define odd_of OWN(odd_of)
#define one_stage OWN(one_stage)
#define all_stages OWN(all_stages)
#define put_two OWN(put_two)
#define put_four OWN(put_four)
#define lanes_at OWN(lanes_at)
#define put_lanes OWN(put_lanes)
#define load_block OWN(load_block)
#define load_complex OWN(load_complex)
#define load_halves OWN(load_halves)
#define load_quarters OWN(load_quarters)
#define store_complex OWN(store_complex)
#define merge OWN(merge)
#define load_merged OWN(load_merged)
#define split_pair OWN(split_pair)
#define store_split OWN(store_split)
#define group OWN(group)

#endif
