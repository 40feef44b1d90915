/* Norms: sums of what a step makes, and the factors that they come to. */
#include "plan_steps.h"

#define MOST_VECTORS 4

/* Sums over the rows of one chunk, `count` vectors of channels side by side. */
INLINE void chunk_sums(const float *x, size_t stride, int rows, int count, float *sums,
                       float *squares) {
    vec sum[MOST_VECTORS], square[MOST_VECTORS];
    REPEAT_4(v, count, sum[v] = square[v] = splat(0.0f);)
    for (int r = 0; r < rows; r++, x += stride)
        REPEAT_4(v, count, vec value = load(x + v * LANES); sum[v] = sum[v] + value;
            square[v] = square[v] + value * value;)
    REPEAT_4(v, count, store(sums + v * LANES, sum[v]); store(squares + v * LANES, square[v]);)
}

void plan_measure(const plan_pass *p, const plan_step *s, plan_part part) {
    size_t stride = (size_t)s->made.stride;
    for (int done = 0; done < part.rows; done += CHUNK) {
        int row = part.row + done, rows = part.rows - done < CHUNK ? part.rows - done : CHUNK;
        float *sums = norm_sums(p, s->measured, row / CHUNK);
        float *squares = sums + p->norms[s->measured].stride;
        const float *x = plan_row(p, &s->made, row);
        int v = part.begin;
        for (; v + MOST_VECTORS <= part.end; v += MOST_VECTORS)
            chunk_sums(x + v * LANES, stride, rows, MOST_VECTORS, sums + v * LANES,
                       squares + v * LANES);
        for (; v < part.end; v++)
            chunk_sums(x + v * LANES, stride, rows, 1, sums + v * LANES, squares + v * LANES);
    }
}

/* In float64: a mean of many numbers, and a difference that may lose most of its digits. */
void plan_normalise(const plan_pass *p, const plan_step *s) {
    const plan_norm *n = &p->norms[s->norm];
    const plan_norm_weights *w = &p->network->norm[n->weights];
    double sum = 0, square = 0;
    for (int chunk = 0; chunk * CHUNK < n->rows; chunk++) {
        const float *sums = norm_sums(p, s->norm, chunk);
        for (int c = 0; c < n->channels; c++) {
            sum += (double)sums[c];
            square += (double)sums[n->stride + c];
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
