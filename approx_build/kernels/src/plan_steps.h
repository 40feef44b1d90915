/* The steps of a plan, each one item at a time. */
#ifndef APPROX_PLAN_STEPS_H
#define APPROX_PLAN_STEPS_H

#include "plan_network.h"

/* A run of a plan. */
typedef struct {
    const plan_network *network;
    const plan_norm *norms;
    float *memory;
    const float *sound; /* given [channels][rows] */
    const float *time;  /* features of the time [made's channels - sound's] */
    int32_t sound_channels;
    float *result; /* [channels][rows] */
} plan_pass;

/* What one item of a step is: rows, and vectors of channels. */
typedef struct {
    int row, rows;
    int begin, end;
} plan_part;

/* Where row `row` of an array lies. */
INLINE float *plan_row(const plan_pass *p, const plan_array *a, int row) {
    return p->memory + a->at + (int64_t)row * a->stride;
}

INLINE const float *norm_scale(const plan_pass *p, int norm) {
    return p->memory + p->norms[norm].at;
}
INLINE const float *norm_shift(const plan_pass *p, int norm) {
    return norm_scale(p, norm) + p->norms[norm].stride;
}
/* Of chunk `chunk`: its first row, and one stride further each the sums and the sums of squares of
 * what rises above it. */
INLINE float *norm_sums(const plan_pass *p, int norm, int chunk) {
    const plan_norm *n = &p->norms[norm];
    return p->memory + n->at + (2 + 3 * (int64_t)chunk) * n->stride;
}

void plan_enter(const plan_pass *p, const plan_step *s, plan_part part);
void plan_leave(const plan_pass *p, const plan_step *s, plan_part part);
void plan_convolve(const plan_pass *p, const plan_step *s, plan_part part, float *scratch);
void plan_add(const plan_pass *p, const plan_step *s, plan_part part);
void plan_halve(const plan_pass *p, const plan_step *s, plan_part part);
void plan_double(const plan_pass *p, const plan_step *s, plan_part part);
void plan_normalise(const plan_pass *p, const plan_step *s);
void plan_pack_keys(const plan_pass *p, const plan_step *s, int head);
void plan_attend(const plan_pass *p, const plan_step *s, plan_part part, int head,
                 float *scratch);

/* Leave the sums of a part just made, for norm s->measured. */
void plan_measure(const plan_pass *p, const plan_step *s, plan_part part);

#endif
