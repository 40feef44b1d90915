/* A network over a window of sound as a plan: steps on arrays [rows][channels], one row a moment.
 *
 * A plan is made in Python (kernels/planner.py), run here from the first step to the last, and knows
 * no network: whatever can be said in these steps runs on it. Each step is cut into items, which
 * threads take as they come; an item writes what no other item of its step reads or writes, so
 * neither the cut nor the number of threads can be heard.
 */
#ifndef APPROX_PLAN_H
#define APPROX_PLAN_H

#include <stdint.h>

/* Rows whose sums a norm adds up in float32. */
#define CHUNK 64

/* Channels of an array are padded to a multiple of it: whole vectors of any instruction set. */
#define ROW_STEP 16

/* Channels of `rows` rows, `stride` floats apart, from float `at` of the plan's memory on. What
 * stands between the channels and the next row is not to be read. */
typedef struct {
    int64_t at;
    int32_t channels, stride;
} plan_array;

/* What a step does; the fields it uses. */
enum {
    PLAN_ENTER,     /* made = the sound beside its time features */
    PLAN_LEAVE,     /* the result = given */
    PLAN_CONVOLVE,  /* made = given and joined, activated by norm, through map's taps */
    PLAN_ADD,       /* made = made, activated by norm and GELU, + given and joined (through map) */
    PLAN_NORMALISE, /* the factors of norm, from the sums that a step with `measured` left */
    PLAN_HALVE,     /* made = every second row of given, smoothed */
    PLAN_DOUBLE,    /* made = given and the rows between, smoothed; `rows` are made's */
    PLAN_PACK_KEYS, /* made = the keys and values of given, head after head, for products */
    PLAN_ATTEND     /* made = attention of given's queries to the keys and values in joined */
};

typedef struct {
    int32_t kind, rows;     /* rows of what is made */
    int32_t map, taps;      /* a packed matrix, -1 for none; its taps */
    int32_t norm, gelu;     /* the norm that activates, -1 for none; whether GELU follows it */
    int32_t measured;       /* the norm whose sums the step leaves, -1 for none */
    int32_t strip, heads;   /* rows of an item (whole chunks if measured); heads of attention */
    plan_array given, joined, made; /* joined: channels after given's; none where it has none */
} plan_step;

/* A norm over all rows and channels: y = (x - mean) / sqrt(variance + 1e-5) * weight + bias,
 * applied as x * scale + shift. At `at` of the memory: scale, shift, then for each chunk of rows
 * its first row, sums and sums of squares; each `stride` floats. */
typedef struct {
    int64_t at;
    int32_t weights, rows, channels, stride; /* weights: index of its weight and bias */
} plan_norm;

/* Weights of a convolution [outputs][channels][taps], and bias [outputs] or NULL. */
typedef struct {
    const float *weights, *bias;
    int32_t taps, channels, outputs;
} plan_map;

/* Weight and bias [channels] of a norm. */
typedef struct {
    const float *weight, *bias;
    int32_t channels;
} plan_norm_weights;

#endif
