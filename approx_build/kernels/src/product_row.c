/* The product of a single row: bound by how fast weights arrive, not by arithmetic. */
#include "product.h"

/* How far ahead of a single row's sums its weights are asked for: they stream past once. */
#define AHEAD_FLOATS 1024
/* Panels at once: enough sums to hide the latency of an addition. */
#define ROW_PANELS (8 / TILE_VECTORS)
#define WIDTH (TILE_VECTORS * LANES)

/* One row times some full panels. */
INLINE void row_tile(int panels, const operand *x, const float *w, size_t panel_floats,
                     const float *initial, float *y) {
    vec sum[ROW_PANELS][TILE_VECTORS];
    REPEAT_4(p, panels, REPEAT_4(v, TILE_VECTORS,
        sum[p][v] = load(initial + p * WIDTH + v * LANES);))
    for (int piece = 0; piece < x->pieces; piece++)
        for (int i = 0; i < x->depth; i++, w += WIDTH) {
            float input = x->piece[piece][i];
            REPEAT_4(p, panels, REPEAT_4(v, TILE_VECTORS,
                const float *from = w + p * panel_floats + v * LANES;
                __builtin_prefetch(from + AHEAD_FLOATS);
                sum[p][v] = sum[p][v] + input * load(from);))
        }
    REPEAT_4(p, panels, REPEAT_4(v, TILE_VECTORS,
        store(y + p * WIDTH + v * LANES, sum[p][v]);))
}

#define MOST_LISTED 1024 /* inputs of which those that are not 0 are listed at a time */
#define LIST_AHEAD 12

/* One panel of one row, over listed inputs only. */
INLINE void listed_tile(const float *value, const int32_t *at, int count, const float *w,
                        const float *initial, float *y, int vectors) {
    vec sum[TILE_VECTORS];
    REPEAT_4(v, vectors, sum[v] = load(initial + v * LANES);)
    for (int i = 0; i < count; i++) {
        const float *from = w + (size_t)at[i] * vectors * LANES;
        const float *later = w + (size_t)at[i + LIST_AHEAD] * vectors * LANES;
        REPEAT_4(v, vectors,
            __builtin_prefetch(later + v * LANES);
            sum[v] = sum[v] + value[i] * load(from + v * LANES);)
    }
    REPEAT_4(v, vectors, store(y + v * LANES, sum[v]);)
}

/* One row most of whose inputs may be 0, as after a ReLU: these are passed over. No bit changes:
 * a sum never is -0 (its bias is not), so adding 0 w leaves it as it is. */
static void sparse_row(const matrix *m, const float *x, float *y) {
    float value[MOST_LISTED];
    int32_t at[MOST_LISTED + LIST_AHEAD];
    for (int start = 0; start < m->inputs; start += MOST_LISTED) {
        int count = 0, stop = m->inputs < start + MOST_LISTED ? m->inputs : start + MOST_LISTED;
        for (int i = start; i < stop; i++) {
            union { float f; int32_t i; } bits = {x[i]};
            at[count] = i;
            value[count] = x[i];
            count += bits.i != 0;
        }
        for (int i = 0; i < LIST_AHEAD; i++) at[count + i] = 0;
        const float *initial = start ? y : m->bias;
        for (int first = 0; first < m->vectors; first += TILE_VECTORS) {
            const float *w = panel(m, first);
            int vectors = panel_vectors(m, first), n = first * LANES;
            if (vectors == TILE_VECTORS)
                listed_tile(value, at, count, w, initial + n, y + n, TILE_VECTORS);
            else
                listed_tile(value, at, count, w, initial + n, y + n, vectors);
        }
    }
}

int row_product(const product_part *part, float *y) {
    const matrix *m = part->m;
    if (part->x->sparse) {
        sparse_row(m, part->x->piece[0], y);
        return m->vectors;
    }
    size_t panel_floats = (size_t)m->inputs * WIDTH, skipped = (size_t)part->first_input * WIDTH;
    int first = 0, step = ROW_PANELS * TILE_VECTORS;
    for (; first + step <= m->vectors; first += step) {
        int at = first * LANES;
        row_tile(ROW_PANELS, part->x, panel(m, first) + skipped, panel_floats,
                 part->initial + at, y + at);
    }
    for (; first + TILE_VECTORS <= m->vectors; first += TILE_VECTORS) {
        int at = first * LANES;
        row_tile(1, part->x, panel(m, first) + skipped, 0, part->initial + at, y + at);
    }
    return first;
}
