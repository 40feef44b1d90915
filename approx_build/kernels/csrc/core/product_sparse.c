/* The product for inputs that are mostly zero: register tiles over lists of inputs. */
#include "product_sparse.h"

/* Inputs looked at together: their list lies on the stack. */
#define LISTED 256

typedef struct {
    const float *x;
    size_t x_stride;
    const int32_t *list;
    int count;
    const float *weights, *initial;
    size_t initial_stride;
    float *y;
    size_t y_stride;
} tile_work;

INLINE void tile(const tile_work *t, int vectors) {
    vec sum[TILE_ROWS][TILE_VECTORS], weight[TILE_VECTORS];
    REPEAT_6(r, TILE_ROWS, REPEAT_4(v, vectors,
        sum[r][v] = load(t->initial + r * t->initial_stride + v * LANES);))
    const size_t stride = t->x_stride;
    for (int i = 0; i < t->count; i++) {
        const float *w = t->weights + (size_t)t->list[i] * (vectors * LANES);
        const float *x = t->x + t->list[i];
        REPEAT_4(v, vectors, weight[v] = load(w + v * LANES);)
        REPEAT_6(r, TILE_ROWS, vec input = splat(x[r * stride]);
            REPEAT_4(v, vectors, sum[r][v] = fused(input, weight[v], sum[r][v]);))
    }
    REPEAT_6(r, TILE_ROWS, REPEAT_4(v, vectors,
        store_sum(t->y + r * t->y_stride + v * LANES, sum[r][v]);))
}

typedef void (*tile_function)(const tile_work *);
static void tile_1(const tile_work *t) { tile(t, 1); }
static void tile_2(const tile_work *t) { tile(t, 2); }
#if TILE_VECTORS == 4
static void tile_3(const tile_work *t) { tile(t, 3); }
static void tile_4(const tile_work *t) { tile(t, 4); }
#endif
static const tile_function TILE_OF[TILE_VECTORS] = {
    tile_1,
    tile_2,
#if TILE_VECTORS == 4
    tile_3,
    tile_4,
#endif
};

/* List the inputs of `x` [TILE_ROWS][count] that are not zero in every row; how many. */
static int list_inputs(const float *x, size_t stride, int count, int32_t *list) {
    int listed = 0;
    for (int i = 0; i < count; i++) {
        uint32_t bits = 0;
        REPEAT_6(r, TILE_ROWS, union { float number; uint32_t word; } at = {x[i + r * stride]};
            bits |= at.word;)
        list[listed] = i;
        listed += (bits & 0x7FFFFFFFu) != 0;
    }
    return listed;
}

/* Six rows of `part` of the inputs, on top of `initial`. */
static void tiles(const matrix *m, tile_work *t, int input, const float *initial, float *y) {
    for (int first = 0; first < m->vectors; first += TILE_VECTORS) {
        int vectors = panel_vectors(m, first), at = first * LANES;
        t->weights = panel(m, first) + (size_t)input * vectors * LANES;
        t->initial = initial + at;
        t->y = y + at;
        TILE_OF[vectors - 1](t);
    }
}

void product_sparse(const matrix *m, const float *x, size_t x_stride, int rows, float *y,
                    size_t y_stride) {
    int32_t list[LISTED];
    tile_work t = {.x_stride = x_stride, .list = list, .y_stride = y_stride};
    for (int row = 0; row < rows; row += TILE_ROWS, x += TILE_ROWS * x_stride) {
        float *to = y + (size_t)row * y_stride;
        for (int input = 0; input < m->inputs; input += LISTED) {
            int left = m->inputs - input;
            t.x = x + input;
            t.count = list_inputs(t.x, x_stride, left < LISTED ? left : LISTED, list);
            t.initial_stride = input ? y_stride : 0;
            tiles(m, &t, input, input ? to : m->bias, to);
        }
    }
}
