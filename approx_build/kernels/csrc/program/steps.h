/* The steps of a program, each one item at a time. */
#ifndef APPROX_PROGRAM_STEPS_H
#define APPROX_PROGRAM_STEPS_H

#include "network.h"

/* A run of a program. */
typedef struct {
    const program_network *network;
    const program_norm *norms;
    float *memory;
    const float *sound; /* given [channels][rows] */
    const float *time;  /* features of the time [made's channels - sound's] */
    int32_t sound_channels;
    float *result; /* [channels][rows] */
} program_pass;

/* What one item of a step is: rows, and vectors of channels. */
typedef struct {
    int row, rows;
    int begin, end;
} program_part;

/* Where row `row` of an array lies. */
INLINE float *program_row(const program_pass *p, const program_array *a, int row) {
    return p->memory + a->at + (int64_t)row * a->stride;
}

INLINE const float *norm_scale(const program_pass *p, int norm) {
    return p->memory + p->norms[norm].at;
}
INLINE const float *norm_shift(const program_pass *p, int norm) {
    return norm_scale(p, norm) + p->norms[norm].stride;
}
/* Of chunk `chunk`: its first row, and one stride further each the sums and the sums of squares of
 * what rises above it. */
INLINE float *norm_sums(const program_pass *p, int norm, int chunk) {
    const program_norm *n = &p->norms[norm];
    return p->memory + n->at + (2 + 3 * (int64_t)chunk) * n->stride;
}

SHARED(void, program_enter, (const program_pass *p, const program_step *s, program_part part));
SHARED(void, program_leave, (const program_pass *p, const program_step *s, program_part part));
SHARED(void, program_convolve, (const program_pass *p, const program_step *s, program_part part,
                                float *scratch));
SHARED(void, program_add, (const program_pass *p, const program_step *s, program_part part));
SHARED(void, program_activate, (const program_pass *p, const program_step *s, program_part part));
SHARED(void, program_gate, (const program_pass *p, const program_step *s, program_part part));
SHARED(void, program_halve, (const program_pass *p, const program_step *s, program_part part));
SHARED(void, program_double, (const program_pass *p, const program_step *s, program_part part));
SHARED(void, program_normalise, (const program_pass *p, const program_step *s));
SHARED(void, program_pack_keys, (const program_pass *p, const program_step *s, int head));
SHARED(void, program_attend, (const program_pass *p, const program_step *s, program_part part,
                              int head, float *scratch));

/* Leave the sums of a part just made, for norm s->measured. */
SHARED(void, program_measure, (const program_pass *p, const program_step *s, program_part part));

#endif
