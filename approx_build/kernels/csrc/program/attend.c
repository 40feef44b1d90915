/* Self-attention over rows: each head weighs the values of all rows by how their keys suit a query.
 *
 *     made[t] = (sum over k of e[k] value[k]) / (sum over k of e[k])
 *     e[k] = exp(score[k] - the greatest score), score[k] = query[t] . (key[k] / sqrt(width))
 *
 * Both products are `product`s: sums from the first to the last. The sum of e is 16 sums, of every
 * 16th row each, added from the first to the last: so a vector of any width can make it.
 */
#include "core/functions.h"
#include "steps.h"

#define PARTS 16

/* What one head needs of memory: zeros to begin sums with, keys, values. */
typedef struct {
    float *zeros;
    matrix keys, values; /* width -> rows; rows -> width */
} head_memory;

INLINE head_memory head_at(const program_pass *p, const program_array *where, int rows, int width,
                           int head) {
    int padded_rows = round_up(rows, ROW_STEP), padded_width = round_up(width, ROW_STEP);
    int zeros = padded_rows > padded_width ? padded_rows : padded_width;
    float *at = p->memory + where->at + (int64_t)head * where->stride;
    head_memory m = {.zeros = at};
    m.keys = (matrix){width, rows, (rows + LANES - 1) / LANES, at + zeros, at};
    m.values = (matrix){rows, width, (width + LANES - 1) / LANES,
                        m.keys.weights + (size_t)width * padded_rows, at};
    return m;
}

/* Input `i` of output `n` of a packed matrix: the first of its panel's row. */
INLINE float *packed_row(const matrix *m, int i, int first) {
    return m->weights + ((size_t)first * m->inputs + (size_t)i * panel_vectors(m, first)) * LANES;
}

static void pack_keys(const matrix *m, const float *key, size_t stride, float scale) {
    for (int first = 0; first < m->vectors; first += TILE_VECTORS) {
        int width = panel_vectors(m, first) * LANES, start = first * LANES;
        for (int n = 0; n < width; n++)
            for (int i = 0; i < m->inputs; i++)
                packed_row(m, i, first)[n] =
                    start + n < m->outputs ? key[(size_t)(start + n) * stride + i] * scale : 0.0f;
    }
}

static void pack_values(const matrix *m, const float *value, size_t stride) {
    for (int first = 0; first < m->vectors; first += TILE_VECTORS) {
        int width = panel_vectors(m, first) * LANES, start = first * LANES;
        int used = m->outputs - start < width ? m->outputs - start : width;
        for (int i = 0; i < m->inputs; i++) {
            float *to = packed_row(m, i, first);
            memcpy(to, value + (size_t)i * stride + start, (size_t)used * sizeof(float));
            memset(to + used, 0, (size_t)(width - used) * sizeof(float));
        }
    }
}

void program_pack_keys(const program_pass *p, const program_step *s, int head) {
    int channels = s->given.channels / 3, width = channels / s->heads;
    head_memory m = head_at(p, &s->made, s->rows, width, head);
    memset(m.zeros, 0, (size_t)(m.keys.weights - m.zeros) * sizeof(float));
    const float *key = program_row(p, &s->given, 0) + channels + head * width;
    pack_keys(&m.keys, key, (size_t)s->given.stride, 1.0f / __builtin_sqrtf((float)width));
    pack_values(&m.values, key + channels, (size_t)s->given.stride);
}

/* Scores [padded] of one query become e, 0 beyond `rows`; returns their sum. */
static float weigh(float *score, int rows) {
    int padded = round_up(rows, PARTS);
    for (int k = rows; k < padded; k++) score[k] = score[0];
    vec most = load(score);
    for (int k = LANES; k < padded; k += LANES) {
        vec x = load(score + k);
        most = choose(x > most, x, most);
    }
    float greatest = most[0], total = 0.0f, sum[PARTS];
    for (int i = 1; i < LANES; i++) greatest = most[i] > greatest ? most[i] : greatest;
    for (int k = 0; k < padded; k += LANES)
        store(score + k, exp_clamped(load(score + k) - greatest));
    for (int k = rows; k < padded; k++) score[k] = 0.0f;
    for (int i = 0; i < PARTS; i += LANES) {
        vec part = splat(0.0f);
        for (int k = i; k < padded; k += PARTS) part = part + load(score + k);
        store(sum + i, part);
    }
    for (int i = 0; i < PARTS; i++) total = total + sum[i];
    return total;
}

void program_attend(const program_pass *p, const program_step *s, program_part part, int head,
                    float *scratch) {
    int width = s->made.channels / s->heads;
    head_memory m = head_at(p, &s->joined, s->rows, width, head);
    size_t score_stride = (size_t)round_up(s->rows, ROW_STEP) + ROW_STEP;
    size_t stride = (size_t)round_up(width, ROW_STEP);
    float *score = scratch, *sum = score + (size_t)s->strip * score_stride;
    float *total = sum + (size_t)s->strip * stride;
    const float *query = program_row(p, &s->given, part.row) + head * width, *weights = score;
    operand queries = {&query, 1, width, (size_t)s->given.stride, 0};
    product_part scores = {.m = &m.keys, .x = &queries, .initial = m.zeros};
    product_of_vectors(&scores, 0, m.keys.vectors, part.rows, score, score_stride);
    for (int r = 0; r < part.rows; r++) total[r] = weigh(score + (size_t)r * score_stride, s->rows);
    operand weighted = {&weights, 1, s->rows, score_stride, 0};
    product_part values = {.m = &m.values, .x = &weighted, .initial = m.zeros};
    product_of_vectors(&values, 0, m.values.vectors, part.rows, sum, stride);
    for (int r = 0; r < part.rows; r++) {
        float *made = program_row(p, &s->made, part.row + r) + head * width;
        for (int i = 0; i < width; i++) made[i] = sum[(size_t)r * stride + i] / total[r];
    }
}
