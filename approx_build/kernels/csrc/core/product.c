/* The matrix product: register tiles over packed panels, and another way for a single row. */
#include "product.h"

/* Panels of one block of pieces should stay in the first-level cache while all rows pass. */
#define BLOCK_INPUTS 256

/* What a tile adds up: pieces first..last of the operand from row `row` on, times `weights`,
 * on top of `initial` (a bias: stride 0; or sums so far). */
typedef struct {
    const operand *x;
    int first, last;
    size_t row;
    const float *weights, *initial;
    size_t initial_stride;
    float *y;
    size_t y_stride;
    const char *soon; /* weights wanted next: a tile may ask for one cache line at each input */
} tile_work;

INLINE void tile(const tile_work *t, int rows, int vectors, int asks) {
    vec sum[TILE_ROWS][TILE_VECTORS], weight[TILE_VECTORS];
    REPEAT_6(r, rows, REPEAT_4(v, vectors,
        sum[r][v] = load(t->initial + r * t->initial_stride + v * LANES);))
    const float *w = t->weights;
    const size_t stride = t->x->stride;
    const int depth = t->x->depth;
    const char *soon = t->soon;
    for (int piece = t->first; piece < t->last; piece++) {
        const float *x = t->x->piece[piece] + t->row * stride;
        for (int i = 0; i < depth; i++, x++, w += vectors * LANES, soon += CACHE_LINE) {
            if (asks) __builtin_prefetch(soon);
            REPEAT_4(v, vectors, weight[v] = load(w + v * LANES);)
            REPEAT_6(r, rows, vec input = splat(x[r * stride]);
                REPEAT_4(v, vectors, sum[r][v] = fused(input, weight[v], sum[r][v]);))
        }
    }
    REPEAT_6(r, rows, REPEAT_4(v, vectors,
        store_sum(t->y + r * t->y_stride + v * LANES, sum[r][v]);))
}

typedef void (*tile_function)(const tile_work *);
#define TILE(rows, vectors) \
    static void tile_##rows##x##vectors(const tile_work *t) { tile(t, rows, vectors, 0); } \
    static void asking_##rows##x##vectors(const tile_work *t) { tile(t, rows, vectors, 1); }
#define TILES(vectors) \
    TILE(1, vectors) TILE(2, vectors) TILE(3, vectors) \
    TILE(4, vectors) TILE(5, vectors) TILE(6, vectors)
#define NAMES(kind, vectors) \
    { kind##_1x##vectors, kind##_2x##vectors, kind##_3x##vectors, \
      kind##_4x##vectors, kind##_5x##vectors, kind##_6x##vectors }
TILES(1)
TILES(2)
#if TILE_VECTORS == 4
TILES(3)
TILES(4)
#define ALL_NAMES(kind) { NAMES(kind, 1), NAMES(kind, 2), NAMES(kind, 3), NAMES(kind, 4) }
#else
#define ALL_NAMES(kind) { NAMES(kind, 1), NAMES(kind, 2) }
#endif
static const tile_function TILE_OF[2][TILE_VECTORS][TILE_ROWS] = {ALL_NAMES(tile),
                                                                 ALL_NAMES(asking)};

/* One panel, all rows, cut into tiles of nearly equal height. The first ones ask for the panel that
 * lies `soon`, as long as it is: asking takes the others' time. */
INLINE void panel_product(tile_work *t, const float *initial, float *y, int rows, int vectors) {
    int tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
    size_t inputs = (size_t)(t->last - t->first) * t->x->depth;
    const char *enough = t->soon + inputs * vectors * LANES * sizeof(float);
    for (int done = 0; tiles > 0; tiles--) {
        int height = (rows - done + tiles - 1) / tiles;
        t->row = (size_t)done;
        t->y = y + done * t->y_stride;
        t->initial = initial + done * t->initial_stride;
        TILE_OF[t->soon < enough][vectors - 1][height - 1](t);
        t->soon += inputs * CACHE_LINE;
        done += height;
    }
}

void product_of_vectors(const product_part *part, int begin, int end, int rows, float *y,
                        size_t y_stride) {
    const matrix *m = part->m;
    const operand *x = part->x;
    int block = BLOCK_INPUTS > x->depth ? BLOCK_INPUTS / x->depth : 1;
    tile_work t = {.x = x, .y_stride = y_stride};
    for (int piece = 0; piece < x->pieces; piece += block) {
        const float *initial = piece ? y : part->initial;
        t.first = piece;
        t.last = piece + block < x->pieces ? piece + block : x->pieces;
        t.initial_stride = piece ? y_stride : part->initial_stride;
        for (int first = begin; first < end; first += TILE_VECTORS) {
            int vectors = panel_vectors(m, first), at = first * LANES;
            size_t input = (size_t)part->first_input + (size_t)piece * x->depth;
            t.weights = panel(m, first) + input * vectors * LANES;
            t.soon = (const char *)(t.weights + (size_t)m->inputs * vectors * LANES);
            panel_product(&t, initial + at, y + at, rows, vectors);
        }
    }
}

/* The product of a single row is bound by how fast weights arrive, not by arithmetic. */

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
            vec input = splat(x->piece[piece][i]);
            REPEAT_4(p, panels, REPEAT_4(v, TILE_VECTORS,
                const float *from = w + p * panel_floats + v * LANES;
                __builtin_prefetch(from + AHEAD_FLOATS);
                sum[p][v] = fused(input, load(from), sum[p][v]);))
        }
    REPEAT_4(p, panels, REPEAT_4(v, TILE_VECTORS,
        store_sum(y + p * WIDTH + v * LANES, sum[p][v]);))
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
        vec input = splat(value[i]);
        REPEAT_4(v, vectors,
            __builtin_prefetch(later + v * LANES);
            sum[v] = fused(input, load(from + v * LANES), sum[v]);)
    }
    REPEAT_4(v, vectors, store_sum(y + v * LANES, sum[v]);)
}

/* One row most of whose inputs may be 0, as after a ReLU: these are passed over. No bit changes:
 * adding 0 w leaves a sum as it is, but for the sign of a 0, which store_sum removes. */
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

/* For one row, the first vectors that can be done fast; returns how many. */
static int row_product(const product_part *part, float *y) {
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

void product_of_part(const product_part *part, int rows, float *y, size_t y_stride) {
    int begin = rows == 1 ? row_product(part, y) : 0;
    product_of_vectors(part, begin, part->m->vectors, rows, y, y_stride);
}

void product(const matrix *m, const operand *x, int rows, float *y, size_t y_stride) {
    product_part all = {.m = m, .x = x, .initial = m->bias};
    product_of_part(&all, rows, y, y_stride);
}
