/* Pack weights for the product. */
#include "product.h"

size_t matrix_bytes(int inputs, int outputs) {
    size_t row = (size_t)round_up(outputs, LANES) * sizeof(float);
    return arena_bytes(row * (size_t)inputs) + arena_bytes(row);
}

int matrix_pack(matrix *m, arena *memory, int inputs, int outputs, const float *weights,
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
        for (int i = 0; i < inputs; i++, to += width)
            memcpy(to, weights + (size_t)i * outputs + start, (size_t)used * sizeof(float));
    }
    return 1;
}
