/* The matrix product: register tiles over packed panels. */
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
            REPEAT_6(r, rows, float input = x[r * stride];
                REPEAT_4(v, vectors, sum[r][v] = sum[r][v] + input * weight[v];))
        }
    }
    REPEAT_6(r, rows, REPEAT_4(v, vectors,
        store(t->y + r * t->y_stride + v * LANES, sum[r][v]);))
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

void product_of_part(const product_part *part, int rows, float *y, size_t y_stride) {
    int begin = rows == 1 ? row_product(part, y) : 0;
    product_of_vectors(part, begin, part->m->vectors, rows, y, y_stride);
}

void product(const matrix *m, const operand *x, int rows, float *y, size_t y_stride) {
    product_part all = {.m = m, .x = x, .initial = m->bias};
    product_of_part(&all, rows, y, y_stride);
}
