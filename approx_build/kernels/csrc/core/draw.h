/* Draw a class from logits: pull towards silence, temperature, top-k, softmax, inverse CDF. */
#ifndef APPROX_DRAW_H
#define APPROX_DRAW_H

#include "functions.h"
#include "philox.h"

#define GROUP 16 /* classes summed together in the two-level sum of the CDF */
#define MOST_CLASSES 256

typedef struct {
    float temperature;     /* divides the logits; 0: the most likely class */
    float towards_silence; /* nats taken from the classes farthest from silence */
    int top_k;             /* only so many most likely classes; 0: all */
    float uniform;         /* in [0, 1) */
} draw_choice;

/* Logits less the pull towards silence, over the temperature. */
static void adjust(float *logits, const float *silence, int classes, const draw_choice *c) {
    float divisor = c->temperature > 0.0f ? c->temperature : 1.0f;
    for (int q = 0; q < classes; q += LANES) {
        vec pulled = load(logits + q) - c->towards_silence * load(silence + q);
        store(logits + q, pulled / divisor);
    }
}

/* A float's bits as an integer that sorts like it; -0 sorts with +0. */
INLINE int32_t sortable(float value) {
    union { float f; int32_t i; } bits = {value + 0.0f};
    return bits.i ^ ((bits.i >> 31) & 0x7FFFFFFF);
}

/* The k-th largest of `values`, as `sortable`: its bits found from the top down. */
static int32_t kth_largest(const float *values, int count, int k) {
    int32_t keys[MOST_CLASSES];
    for (int i = 0; i < count; i++) keys[i] = sortable(values[i]);
    int64_t low = INT32_MIN, high = INT32_MAX; /* at least k keys are >= low */
    while (low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        int reached = 0;
        for (int i = 0; i < count; i++) reached += keys[i] >= (int32_t)middle;
        if (reached >= k) low = middle;
        else high = middle - 1;
    }
    return (int32_t)low;
}

/* The largest logit; `finite` tells whether all are finite numbers. */
static float largest(const float *logits, int classes, int *finite) {
    vec most = splat(logits[0]), faults = splat(0.0f);
    int whole = classes / LANES * LANES;
    for (int q = 0; q < whole; q += LANES) {
        vec value = load(logits + q);
        most = choose(value > most, value, most);
        faults = faults + (value - value); /* infinity and NaN leave a NaN here */
    }
    float result = logits[0], fault = 0.0f;
    for (int i = 0; i < LANES; i++) {
        result = most[i] > result ? most[i] : result;
        fault = fault + faults[i];
    }
    for (int q = whole; q < classes; q++) {
        result = logits[q] > result ? logits[q] : result;
        fault = fault + (logits[q] - logits[q]);
    }
    *finite = fault == 0.0f;
    return result;
}

/* weights[q] = e^(logits[q] - max), 0 beyond `classes`. 0 when a logit is not finite. */
static int exponentials(const float *logits, int classes, float *weights) {
    int finite;
    float most = largest(logits, classes, &finite);
    for (int q = 0; q < classes; q += LANES)
        store(weights + q, exp_clamped(load(logits + q) - most));
    for (int q = classes; q < round_up(classes, GROUP); q++) weights[q] = 0.0f;
    return finite;
}

/* The first class at which the running sum passes `point`; else the last that has any weight. */
static int pass(const float *weights, int count, float from, float point) {
    int last = 0;
    for (int i = 0; i < count; i++) {
        from = from + weights[i];
        if (from > point) return i;
        if (weights[i] > 0.0f) last = i;
    }
    return last;
}

/* Inverse CDF in two levels: sums of GROUP classes in order, then the classes of one group. */
static int invert(const float *weights, int classes, float uniform) {
    float sums[MOST_CLASSES / GROUP], total = 0.0f;
    int groups = (classes + GROUP - 1) / GROUP;
    for (int g = 0; g < groups; g++) {
        sums[g] = 0.0f;
        for (int i = 0; i < GROUP; i++) sums[g] = sums[g] + weights[g * GROUP + i];
        total = total + sums[g];
    }
    float point = uniform * total, before = 0.0f;
    int group = pass(sums, groups, 0.0f, point);
    for (int g = 0; g < group; g++) before = before + sums[g];
    return group * GROUP + pass(weights + group * GROUP, GROUP, before, point);
}

/* The class drawn from `logits` (changed in place), or -1 when one of them is not finite. */
static int draw(float *logits, const float *silence, int classes, const draw_choice *c) {
    float weights[MOST_CLASSES + 2 * LANES];
    adjust(logits, silence, classes, c);
    if (!exponentials(logits, classes, weights)) return -1;
    int k = c->temperature > 0.0f ? c->top_k : 1;
    if (k > 0 && k < classes) {
        int32_t least = kth_largest(logits, classes, k);
        for (int q = 0; q < classes; q++)
            if (sortable(logits[q]) < least) weights[q] = 0.0f;
    }
    return invert(weights, classes, c->uniform);
}

#endif
