/* Layers, a GRU, sines and noise of DDSP. */
#include <string.h>

#include "ddsp_tone.h"
#include "harness.h"

#define PADDING 16

typedef void *(*layer_new)(int32_t, int32_t, const float *, const float *, const float *,
                           const float *);
typedef void (*layer_run)(const void *, const float *, int64_t, int32_t, float *, int64_t);
typedef void (*layer_free)(void *);
typedef void (*recur)(const void *, const float *, int64_t, int32_t, float *, float *, float *,
                      int64_t);
typedef void (*sines)(const ddsp_tone *, float *);
typedef void (*noises)(const float *, const float *, int32_t, int32_t, int32_t, float *);

static int32_t padded(int32_t floats) { return (floats + PADDING - 1) / PADDING * PADDING; }

static float *rows_of(int32_t rows, int32_t floats) {
    return memory((size_t)(rows + 1) * (size_t)padded(floats) * sizeof(float));
}

static void answer_rows(const float *y, int32_t rows, int32_t floats, int32_t stride) {
    for (int32_t r = 0; r < rows; r++)
        answer(y + (size_t)r * (size_t)stride, (size_t)floats * sizeof(float));
}

static void *layer(known_case *c, int32_t inputs, int32_t outputs) {
    const float *tensors[4];
    for (int i = 0; i < 4; i++) tensors[i] = drawn_floats(c);
    return ((layer_new)function("ddsp_layer_new"))(inputs, outputs, tensors[0], tensors[1],
                                                   tensors[2], tensors[3]);
}

/* Outputs of a layer, so many rows at once. */
static float *run(known_case *c, const void *of, const float *x, int32_t rows, int32_t inputs,
                  int32_t outputs) {
    float *y = rows_of(rows, outputs);
    int32_t step = c->batch ? c->batch : rows;
    for (int32_t at = 0; at < rows; at += step) {
        int32_t count = rows - at < step ? rows - at : step;
        ((layer_run)function("ddsp_layer_run"))(of, x + at * inputs, inputs, count,
                                                y + at * padded(outputs), padded(outputs));
    }
    return y;
}

RUNNER(ddsp_layer) {
    int32_t inputs = (int32_t)given(c), outputs = (int32_t)given(c), rows = (int32_t)given(c);
    void *of = layer(c, inputs, outputs);
    const float *x = drawn_floats(c);
    answer_rows(run(c, of, x, rows, inputs, outputs), rows, outputs, padded(outputs));
    ((layer_free)function("ddsp_layer_free"))(of);
}

RUNNER(ddsp_recur) {
    int32_t inputs = (int32_t)given(c), channels = (int32_t)given(c), rows = (int32_t)given(c);
    void *into = layer(c, inputs, 3 * channels), *of_state = layer(c, channels, 3 * channels);
    const float *sums = run(c, into, drawn_floats(c), rows, inputs, 3 * channels);
    float *state = rows_of(0, channels), *work = rows_of(1, 3 * channels);
    float *y = rows_of(rows, channels);
    int32_t step = c->batch ? c->batch : rows, stride = padded(3 * channels);
    for (int32_t at = 0; at < rows; at += step) {
        int32_t count = rows - at < step ? rows - at : step;
        ((recur)function("ddsp_recur"))(of_state, sums + at * stride, stride, count, state, work,
                                        y + at * channels, channels);
    }
    answer_rows(y, rows, channels, channels);
    ((layer_free)function("ddsp_layer_free"))(into);
    ((layer_free)function("ddsp_layer_free"))(of_state);
}

static float *with_room(const float *from, int32_t count) {
    float *made = memory((size_t)(count + PADDING) * sizeof(float));
    memcpy(made, from, (size_t)count * sizeof(float));
    return made;
}

RUNNER(ddsp_harmonics) {
    ddsp_tone t;
    t.frames = (int32_t)given(c), t.hop = (int32_t)given(c), t.harmonics = (int32_t)given(c);
    int32_t samples = t.frames * t.hop;
    t.phase = (const uint32_t *)with_room((const float *)given_ints(c), samples);
    t.hz = with_room(drawn_floats(c), samples);
    t.amplitude = drawn_floats(c);
    t.limit = drawn_floats(c);
    t.fall = with_room(drawn_floats(c), t.hop);
    t.rise = with_room(drawn_floats(c), t.hop);
    float *y = memory((size_t)(samples + PADDING) * sizeof(float));
    ((sines)function("ddsp_harmonics"))(&t, y);
    answer(y, (size_t)samples * sizeof(float));
}

RUNNER(ddsp_noise) {
    int32_t frames = (int32_t)given(c), hop = (int32_t)given(c), taps = (int32_t)given(c);
    const float *noise = drawn_floats(c), *filter = drawn_floats(c);
    float *y = with_room(drawn_floats(c), frames * hop + taps);
    ((noises)function("ddsp_noise"))(noise, filter, frames, hop, taps, y);
    answer(y, (size_t)(frames * hop + taps) * sizeof(float));
}
