/* Pack weights for the product. */
#include "product.h"

#include "memory.h"

void matrix_free(matrix *m) {
    release(m->weights);
    release(m->bias);
    m->weights = m->bias = NULL;
}

int matrix_pack(matrix *m, int inputs, int outputs, const float *weights,
                       const float *bias) {
    m->inputs = inputs;
    m->outputs = outputs;
    m->vectors = (outputs + LANES - 1) / LANES;
    m->weights = reserve(row_floats(m) * (size_t)inputs * sizeof(float));
    m->bias = reserve(row_floats(m) * sizeof(float));
    if (!m->weights || !m->bias) return 0;
    if (bias) memcpy(m->bias, bias, (size_t)outputs * sizeof(float));
    float *to = m->weights;
    for (int first = 0; first < m->vectors; first += TILE_VECTORS) {
        int start = first * LANES, width = panel_vectors(m, first) * LANES;
        int used = outputs - start < width ? outputs - start : width;
        for (int i = 0; i < inputs; i++, to += width)
            memcpy(to, weights + (size_t)i * outputs + start, (size_t)used * sizeof(float));
    }
    return 1;
}
