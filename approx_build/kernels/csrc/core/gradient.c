/* Gradients of weights: register tiles of sums, over all rows of a block. */
#include "gradient.h"

#include <string.h>

typedef struct {
    const float *x, *d;
    size_t x_stride, d_stride;
    int rows;
    float *sums;
    size_t stride;
} tile_work;

INLINE void tile(const tile_work *t, int inputs, int vectors) {
    vec sum[TILE_ROWS][TILE_VECTORS], d[TILE_VECTORS];
    REPEAT_6(i, inputs, REPEAT_4(v, vectors, sum[i][v] = splat(0.0f);))
    const float *x = t->x, *from = t->d;
    for (int r = 0; r < t->rows; r++, x += t->x_stride, from += t->d_stride) {
        REPEAT_4(v, vectors, d[v] = load(from + v * LANES);)
        REPEAT_6(i, inputs, vec input = splat(x[i]);
            REPEAT_4(v, vectors, sum[i][v] = fused(input, d[v], sum[i][v]);))
    }
    REPEAT_6(i, inputs, float *to = t->sums + i * t->stride;
        REPEAT_4(v, vectors, store(to + v * LANES, load(to + v * LANES) + sum[i][v]);))
}

typedef void (*tile_function)(const tile_work *);
#define TILE(inputs, vectors) \
    static void tile_##inputs##x##vectors(const tile_work *t) { tile(t, inputs, vectors); }
#define TILES(vectors) \
    TILE(1, vectors) TILE(2, vectors) TILE(3, vectors) \
    TILE(4, vectors) TILE(5, vectors) TILE(6, vectors)
#define TILE_NAMES(vectors) \
    { tile_1x##vectors, tile_2x##vectors, tile_3x##vectors, \
      tile_4x##vectors, tile_5x##vectors, tile_6x##vectors }
TILES(1)
TILES(2)
#if TILE_VECTORS == 4
TILES(3)
TILES(4)
#endif
static const tile_function TILE_OF[TILE_VECTORS][TILE_ROWS] = {
    TILE_NAMES(1),
    TILE_NAMES(2),
#if TILE_VECTORS == 4
    TILE_NAMES(3),
    TILE_NAMES(4),
#endif
};

void add_gradient(const gradient_of *g, int rows, float *sums, size_t stride) {
    int vectors = g->outputs / LANES, tiles = (g->inputs + TILE_ROWS - 1) / TILE_ROWS;
    tile_work t = {.x_stride = g->x_stride, .d_stride = g->d_stride, .rows = rows,
                   .stride = stride};
    for (int first = 0; first < vectors; first += TILE_VECTORS) {
        int width = vectors - first < TILE_VECTORS ? vectors - first : TILE_VECTORS;
        t.d = g->d + first * LANES;
        for (int left = tiles, done = 0; left > 0; left--) {
            int height = (g->inputs - done + left - 1) / left;
            t.x = g->x + done;
            t.sums = sums + done * stride + first * LANES;
            TILE_OF[width - 1][height - 1](&t);
            done += height;
        }
    }
}

/* Vectors of sums in the sparse form: enough to keep the multipliers busy. */
#define WIDE (LANES == 16 ? 4 : 8)

/* An input that is not zero, and where its row in `d` begins. */
typedef struct {
    float input;
    uint32_t offset;
} entry;

/* Inputs whose entries are listed together: what is listed stays beside `d` in the cache. */
#define LISTED 16

typedef struct {
    int count[LISTED];
    entry entries[LISTED][GRADIENT_ROWS];
} entry_lists;

/* The entries of `inputs` inputs from `first` on that are not zero, row by row. */
static void list_entries(const gradient_of *g, int first, int inputs, int rows, entry_lists *to) {
    for (int i = 0; i < inputs; i++) {
        entry *entries = to->entries[i];
        const float *x = g->x + first + i;
        size_t count = 0;
        for (uint32_t r = 0, offset = 0; r < (uint32_t)rows; r++, x += g->x_stride) {
            union {
                float number;
                uint32_t word;
            } input = {*x};
            entries[count] = (entry){input.number, offset};
            count += (input.word << 1) != 0; /* the sign of a zero does not matter */
            offset += (uint32_t)g->d_stride;
        }
        to->count[i] = (int)count;
    }
}

INLINE void add_wide(const entry *entries, int count, const float *d, float *sums) {
    vec sum[8];
    for (int v = 0; v < WIDE; v++) sum[v] = splat(0.0f);
    for (int e = 0; e < count; e++) {
        const float *from = d + entries[e].offset;
        vec input = splat(entries[e].input);
        for (int v = 0; v < WIDE; v++) sum[v] = fused(input, load(from + v * LANES), sum[v]);
    }
    for (int v = 0; v < WIDE; v++) store(sums + v * LANES, load(sums + v * LANES) + sum[v]);
}

INLINE void add_narrow(const entry *entries, int count, const float *d, float *sums) {
    vec sum = splat(0.0f);
    for (int e = 0; e < count; e++)
        sum = fused(splat(entries[e].input), load(d + entries[e].offset), sum);
    store(sums, load(sums) + sum);
}

void add_sparse_gradient(const gradient_of *g, int rows, float *sums, size_t stride) {
    entry_lists lists;
    for (int first = 0; first < g->inputs; first += LISTED, sums += LISTED * stride) {
        int inputs = g->inputs - first < LISTED ? g->inputs - first : LISTED, n = 0;
        list_entries(g, first, inputs, rows, &lists);
        for (; n + WIDE * LANES <= g->outputs; n += WIDE * LANES)
            for (int i = 0; i < inputs; i++)
                add_wide(lists.entries[i], lists.count[i], g->d + n, sums + i * stride + n);
        for (; n < g->outputs; n += LANES)
            for (int i = 0; i < inputs; i++)
                add_narrow(lists.entries[i], lists.count[i], g->d + n, sums + i * stride + n);
    }
}

void add_bias_gradient(const gradient_of *g, int rows, float *sums) {
    for (int n = 0; n < g->outputs; n += LANES) {
        vec sum = splat(0.0f);
        for (int r = 0; r < rows; r++) sum = sum + load(g->d + (size_t)r * g->d_stride + n);
        store(sums + n, load(sums + n) + sum);
    }
}
