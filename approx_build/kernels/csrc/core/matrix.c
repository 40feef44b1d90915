/* Pack weights for the product. */
#include "product.h"

size_t matrix_bytes(int inputs, int outputs) {
    size_t row = (size_t)round_up(outputs, LANES) * sizeof(float);
    return arena_bytes(row * (size_t)inputs) + arena_bytes(row);
}

/* Where the weight of an input and an output lies. Inputs are (tap, channel):
 * weights + tap * tap_step + channel * channel_step + output * output_step. */
typedef struct {
    const float *weights;
    int channels;
    size_t channel_step, output_step, tap_step;
} layout;

INLINE const float *weight_row(const layout *l, int input) {
    return l->weights + (size_t)(input / l->channels) * l->tap_step +
           (size_t)(input % l->channels) * l->channel_step;
}

static int pack(matrix *m, arena *memory, int inputs, int outputs, const layout *l,
                const float *bias) {
    m->inputs = inputs;
    m->outputs = outputs;
    m->vectors = (outputs + LANES - 1) / LANES;
    m->weights = arena_take(memory, row_floats(m) * (size_t)inputs * sizeof(float));
    m->bias = arena_take(memory, row_floats(m) * sizeof(float));
    if (!m->weights || !m->bias) return 0;
    for (int n = 0; bias && n < outputs; n++) m->bias[n] = bias[n] + 0.0f; /* -0 becomes 0 */
    float *to = m->weights;
    for (int first = 0; first < m->vectors; first += TILE_VECTORS) {
        int start = first * LANES, width = panel_vectors(m, first) * LANES;
        int used = outputs - start < width ? outputs - start : width;
        for (int i = 0; i < inputs; i++, to += width) {
            const float *from = weight_row(l, i) + (size_t)start * l->output_step;
            for (int n = 0; n < used; n++) to[n] = from[(size_t)n * l->output_step];
        }
    }
    return 1;
}

int matrix_pack(matrix *m, arena *memory, int inputs, int outputs, const float *weights,
                const float *bias) {
    layout rows = {weights, inputs, (size_t)outputs, 1, 0};
    return pack(m, memory, inputs, outputs, &rows, bias);
}

int matrix_pack_taps(matrix *m, arena *memory, int taps, int channels, int outputs,
                     const float *weights, const float *bias) {
    layout convolution = {weights, channels, (size_t)taps, (size_t)taps * channels, 1};
    return pack(m, memory, taps * channels, outputs, &convolution, bias);
}
