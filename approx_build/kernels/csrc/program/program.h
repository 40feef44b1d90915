/* A network over a window of sound as a program: steps on arrays [rows][channels], a row a moment.
 *
 * A program is made in Python (kernels/program_builder.py), run here from the first step to the
 * last, and knows no network: whatever can be said in these steps runs on it. Each step is cut
 * into items, which threads take as they come; an item writes what no other item of its step
 * reads or writes, so neither the cut nor the number of threads can be heard.
 */
#ifndef APPROX_PROGRAM_H
#define APPROX_PROGRAM_H

#include <stdint.h>

/* Rows whose sums a norm adds up in float32. */
#define CHUNK 64

/* Channels of an array are padded to a multiple of it: whole vectors of any instruction set. */
#define ROW_STEP 16

/* Channels of `rows` rows, `stride` floats apart, from float `at` of the program's memory on. What
 * stands between the channels and the next row is not to be read. */
typedef struct {
    int64_t at;
    int32_t channels, stride;
} program_array;

/* What a step does; the fields it uses. */
enum {
    PROGRAM_ENTER,     /* made = the sound beside its time features */
    PROGRAM_LEAVE,     /* the result = given */
    PROGRAM_CONVOLVE,  /* made = given and joined, normed, through function and map's taps */
    PROGRAM_ADD,       /* made = made, activated by norm and GELU, + given, joined (through map) */
    PROGRAM_NORMALISE, /* the factors of norm, from the sums that a step with `measured` left */
    PROGRAM_HALVE,     /* made = every second row of given, smoothed */
    PROGRAM_DOUBLE,    /* made = given and the rows between, smoothed; `rows` are made's */
    PROGRAM_PACK_KEYS, /* made = the keys and values of given, head after head, for products */
    PROGRAM_ATTEND,    /* made = attention of given's queries to the keys and values in joined */
    PROGRAM_ACTIVATE,  /* made = made, activated */
    PROGRAM_GATE       /* made = tanh(first half of given's channels) sigmoid(second half) */
};

/* What a number becomes before a map, or by PROGRAM_ACTIVATE. */
enum {
    FUNCTION_NONE,
    FUNCTION_GELU,
    FUNCTION_RELU,
    FUNCTION_LEAKY, /* x < 0: x * slope */
    FUNCTION_TANH
};

typedef struct {
    int32_t kind, rows;     /* rows of what is made */
    int32_t map, taps;      /* a packed matrix, -1 for none; its taps */
    int32_t norm, function; /* the norm before the map, -1 for none; the function after the norm */
    int32_t measured;       /* the norm whose sums the step leaves, -1 for none */
    int32_t strip, heads;   /* rows of an item (whole chunks if measured); heads of attention */
    /* A convolution: tap k of row i reads row i * stride + k * dilation - before of given_rows. */
    int32_t given_rows, stride, dilation, before;
    float slope;            /* of FUNCTION_LEAKY */
    program_array given, joined, made; /* joined: channels after given's; none where it has none */
} program_step;

/* A norm over all rows and channels: y = (x - mean) / sqrt(variance + 1e-5) * weight + bias,
 * applied as x * scale + shift. At `at` of the memory: scale, shift, then for each chunk of rows
 * its first row, sums and sums of squares; each `stride` floats. */
typedef struct {
    int64_t at;
    int32_t weights, rows, channels, stride; /* weights: index of its weight and bias */
} program_norm;

/* Weights of a convolution [outputs][channels][taps], and bias [outputs] or NULL. */
typedef struct {
    const float *weights, *bias;
    int32_t taps, channels, outputs;
} program_map;

/* Weight and bias [channels] of a norm. */
typedef struct {
    const float *weight, *bias;
    int32_t channels;
} program_norm_weights;

#endif
