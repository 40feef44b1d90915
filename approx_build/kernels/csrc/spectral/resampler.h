/* The plan of a conversion of rates, and the memory of one call. */
#ifndef APPROX_SPECTRAL_RESAMPLER_H
#define APPROX_SPECTRAL_RESAMPLER_H

#include "transform.h"

/* Two filters (kernels/resampler_plan.py): a steep one by overlap-save, to a rate of
 * 2^up / 2^down of the source's, then a short one at the places of the outputs. */
typedef struct {
    const fft_plan *forward, *back;
    const double *spectrum; /* real, 1 / size included */
    const double *rows;     /* [row][taps / 8][degree + 1][8] */
    int64_t pad, advance;   /* samples before a block; from one block to the next */
    int64_t lead;           /* the first block begins so much before the sound */
    int64_t num, den;       /* an output after the other: num / den filtered samples */
    int32_t up, down, taps, degree;
} resampler;

/* Rows of a table that is interpolated. */
#define ROWS 64

/* Outputs of one sound: `count` of them from `pos + rem / den` filtered samples on, or at `places`
 * (pos and rem in turn). `last` is the last one's whole place. */
typedef struct {
    const void *x; /* samples `begin` to `begin + size` of the sound; silence elsewhere */
    void *y;
    const int64_t *places;
    double *work;
    int64_t begin, size, pos, rem, last, count;
    int32_t x_float, y_float, lanes;
} resampling;

/* What a call works on. Filtered samples `mid` are those from `mid_at` on. */
typedef struct {
    const resampler *plan;
    double *spectra, *filtered, *staged, *mid;
    int64_t mid_at, mid_size;
} filtering;

/* Filtered samples of a block. */
static inline int64_t block_of(const resampler *p) { return (p->advance << p->up) >> p->down; }

#define filter_load OWN(filter_load)
#define filter_bin OWN(filter_bin)
#define filter_apply OWN(filter_apply)
#define filter_unload OWN(filter_unload)
#define filter_pairs OWN(filter_pairs)

#endif
