/* Norms: sums of what a step makes, and the factors that they come to. */
#include "steps.h"

#define MOST_VECTORS 4

/* Sums over the rows of one chunk, `count` vectors of channels side by side, of what rises above
 * the first row: a sound far from 0 would leave few digits to the squares. */
INLINE void chunk_sums(const float *x, size_t x_stride, int rows, int count, float *first,
                       size_t stride) {
    vec start[MOST_VECTORS], sum[MOST_VECTORS], square[MOST_VECTORS];
    REPEAT_4(v, count, start[v] = load(x + v * LANES); sum[v] = square[v] = splat(0.0f);)
    for (int r = 0; r < rows; r++, x += x_stride)
        REPEAT_4(v, count, vec above = load(x + v * LANES) - start[v]; sum[v] = sum[v] + above;
            square[v] = square[v] + above * above;)
    REPEAT_4(v, count, store(first + v * LANES, start[v]);
        store(first + stride + v * LANES, sum[v]);
        store(first + 2 * stride + v * LANES, square[v]);)
}

void program_measure(const program_pass *p, const program_step *s, program_part part) {
    size_t x_stride = (size_t)s->made.stride, stride = (size_t)p->norms[s->measured].stride;
    for (int done = 0; done < part.rows; done += CHUNK) {
        int row = part.row + done, rows = part.rows - done < CHUNK ? part.rows - done : CHUNK;
        float *first = norm_sums(p, s->measured, row / CHUNK);
        const float *x = program_row(p, &s->made, row);
        int v = part.begin;
        for (; v + MOST_VECTORS <= part.end; v += MOST_VECTORS)
            chunk_sums(x + v * LANES, x_stride, rows, MOST_VECTORS, first + v * LANES, stride);
        for (; v < part.end; v++)
            chunk_sums(x + v * LANES, x_stride, rows, 1, first + v * LANES, stride);
    }
}

/* In float64: a mean of many numbers, and a difference that may lose most of its digits. */
void program_normalise(const program_pass *p, const program_step *s) {
    const program_norm *n = &p->norms[s->norm];
    const program_norm_weights *w = &p->network->norm[n->weights];
    double sum = 0, square = 0;
    for (int chunk = 0; chunk * CHUNK < n->rows; chunk++) {
        const float *first = norm_sums(p, s->norm, chunk);
        int left = n->rows - chunk * CHUNK;
        double rows = left < CHUNK ? left : CHUNK;
        for (int c = 0; c < n->channels; c++) {
            double start = first[c], above = first[n->stride + c], squares = first[2 * n->stride + c];
            sum += rows * start + above;
            square += rows * start * start + ((start + start) * above + squares);
        }
    }
    double count = (double)n->rows * n->channels, mean = sum / count;
    double variance = square / count - mean * mean;
    if (variance < 0) variance = 0;
    double factor = 1.0 / __builtin_sqrt(variance + 1e-5);
    float *scale = p->memory + n->at, *shift = scale + n->stride;
    for (int c = 0; c < n->channels; c++) {
        double own = factor * (double)w->weight[c];
        scale[c] = (float)own;
        shift[c] = (float)((double)w->bias[c] - mean * own);
    }
}
