/* Pack SampleRNN's weights, and fold embeddings into the first map of the sample tier. */
#include "network.h"

#include "core/float_state.h"
#include "core/memory.h"
#include "lockstep/clip.h"

static const float *part(const float *all, size_t index, size_t size) {
    return all ? all + index * size : NULL;
}

/* Pack some columns of `weights` [rows][columns]. */
static int pack_columns(matrix *m, arena *memory, const float *weights, int rows, int columns,
                        int first, int count) {
    float *some = reserve((size_t)rows * count * sizeof(float));
    if (!some) return 0;
    for (int r = 0; r < rows; r++)
        memcpy(some + (size_t)r * count, weights + (size_t)r * columns + first,
               (size_t)count * sizeof(float));
    int done = matrix_pack(m, memory, rows, count, some, NULL);
    release(some);
    return done;
}

static int pack_gru(samplernn_network *n, samplernn_gru *gru, const samplernn_gru_weights *w,
                    int inputs) {
    int width = n->shape.width, gates = 3 * width;
    if (!matrix_pack(&gru->input, &n->memory, inputs, gates, w->input, w->input_bias)) return 0;
    if (!n->shape.reset_before)
        return matrix_pack(&gru->state, &n->memory, width, gates, w->state, w->state_bias);
    return pack_columns(&gru->state, &n->memory, w->state, width, gates, 0, 2 * width) &&
           pack_columns(&gru->candidate, &n->memory, w->state, width, gates, 2 * width, width);
}

static int pack_start(samplernn_network *n, samplernn_tier *tier, const float *start) {
    int layers = n->shape.layers, width = n->shape.width;
    tier->start = arena_take(&n->memory, (size_t)layers * n->width_row * sizeof(float));
    if (!tier->start) return 0;
    for (int l = 0; start && l < layers; l++)
        memcpy(tier->start + (size_t)l * n->width_row, start + (size_t)l * width,
               (size_t)width * sizeof(float));
    return 1;
}

static int pack_tier(samplernn_network *n, int k, const samplernn_weights *all) {
    const samplernn_shape *s = &n->shape;
    const samplernn_tier_weights *w = &all->tiers[k];
    samplernn_tier *tier = &n->tiers[k];
    size_t square = (size_t)s->width * s->width;
    tier->grus = arena_take(&n->memory, (size_t)s->layers * sizeof *tier->grus);
    tier->rows = arena_take(&n->memory, (size_t)tier->ratio * sizeof *tier->rows);
    if (!tier->grus || !tier->rows || !pack_start(n, tier, w->start)) return 0;
    if (tier->has_input &&
        !matrix_pack(&tier->input, &n->memory, tier->frame, s->width, w->input, w->input_bias))
        return 0;
    for (int l = 0; l < s->layers; l++) {
        int inputs = l || tier->has_input ? s->width : tier->frame;
        if (!pack_gru(n, &tier->grus[l], &all->grus[k * s->layers + l], inputs)) return 0;
    }
    for (int r = 0; r < tier->ratio; r++)
        if (!matrix_pack(&tier->rows[r], &n->memory, s->width, s->width,
                         w->upsample + r * square,
                         part(w->upsample_bias, (size_t)r, (size_t)s->width)))
            return 0;
    return 1;
}

/* What each class adds to the sample tier's first layer at each tap: its embedding times the map. */
static int fold(samplernn_network *n, const samplernn_weights *w) {
    const samplernn_shape *s = &n->shape;
    size_t tap_floats = (size_t)s->classes * n->width_row;
    n->table = arena_take(&n->memory, n->tiers[0].frame * tap_floats * sizeof(float));
    if (!n->table) return 0;
    const float *piece[] = {w->embedding};
    operand embeddings = {piece, 1, s->embedding, (size_t)s->embedding, .sparse = 0};
    int done = 1;
    for (int tap = 0; done && tap < n->tiers[0].frame; tap++) {
        const float *weights = w->input + (size_t)tap * s->embedding * s->width;
        arena memory;
        matrix map;
        done = arena_open(&memory, matrix_bytes(s->embedding, s->width)) &&
               matrix_pack(&map, &memory, s->embedding, s->width, weights, NULL);
        if (done)
            product(&map, &embeddings, s->classes, n->table + tap * tap_floats,
                    (size_t)n->width_row);
        release(memory.block);
    }
    return done;
}

static int pack_sample_tier(samplernn_network *n, const samplernn_weights *w) {
    const samplernn_shape *s = &n->shape;
    int width = s->width, classes = s->classes;
    n->hidden = arena_take(&n->memory, (size_t)s->hidden_layers * sizeof *n->hidden);
    n->levels = arena_take(&n->memory, (size_t)classes * sizeof(float));
    n->silence = arena_take(&n->memory, (size_t)round_up(classes, ROW_STEP) * sizeof(float));
    if (!n->hidden || !n->levels || !n->silence || !fold(n, w)) return 0;
    memcpy(n->levels, w->levels, (size_t)classes * sizeof(float));
    pack_silence(n->silence, classes);
    for (int l = 0; l < s->hidden_layers; l++)
        if (!matrix_pack(&n->hidden[l], &n->memory, width, width,
                         w->hidden + (size_t)l * width * width,
                         w->hidden_bias + (size_t)l * width))
            return 0;
    return matrix_pack(&n->output, &n->memory, width, classes, w->output, w->output_bias);
}

static size_t gru_bytes(const samplernn_shape *s, int inputs) {
    int width = s->width;
    size_t state = s->reset_before ? matrix_bytes(width, 2 * width) + matrix_bytes(width, width)
                                   : matrix_bytes(width, 3 * width);
    return matrix_bytes(inputs, 3 * width) + state;
}

static size_t tier_bytes(const samplernn_network *n, const samplernn_tier *tier) {
    const samplernn_shape *s = &n->shape;
    int first = tier->has_input ? s->width : tier->frame;
    size_t layers = (size_t)s->layers, ratio = (size_t)tier->ratio;
    return arena_bytes(layers * sizeof(samplernn_gru)) + arena_bytes(ratio * sizeof(matrix)) +
           arena_bytes(layers * n->width_row * sizeof(float)) +
           (tier->has_input ? matrix_bytes(tier->frame, s->width) : 0) + gru_bytes(s, first) +
           (layers - 1) * gru_bytes(s, s->width) + ratio * matrix_bytes(s->width, s->width);
}

/* Bytes of everything that is packed but the tiers' own array. */
static size_t network_bytes(const samplernn_network *n) {
    const samplernn_shape *s = &n->shape;
    size_t classes = (size_t)round_up(s->classes, ROW_STEP), hidden = (size_t)s->hidden_layers;
    size_t table = (size_t)n->tiers[0].frame * s->classes * n->width_row * sizeof(float);
    size_t bytes = arena_bytes(table) + 2 * arena_bytes(classes * sizeof(float)) +
                   arena_bytes(hidden * sizeof(matrix)) +
                   hidden * matrix_bytes(s->width, s->width) + matrix_bytes(s->width, s->classes);
    for (int k = 0; k < s->tiers; k++) bytes += tier_bytes(n, &n->tiers[k]);
    return bytes;
}

static int pack(samplernn_network *n, const samplernn_weights *w) {
    const samplernn_shape *s = &n->shape;
    n->width_row = round_up(s->width, ROW_STEP);
    n->tiers = reserve((size_t)s->tiers * sizeof *n->tiers);
    if (!n->tiers) return 0;
    for (int k = 0; k < s->tiers; k++)
        n->tiers[k] = (samplernn_tier){
            .frame = s->frame_sizes[k],
            .ratio = s->frame_sizes[k] / (k ? s->frame_sizes[k - 1] : 1),
            .has_input = s->top_input || k + 1 < s->tiers,
        };
    if (!arena_open(&n->memory, network_bytes(n))) return 0;
    for (int k = 0; k < s->tiers; k++)
        if (!pack_tier(n, k, w)) return 0;
    return pack_sample_tier(n, w);
}

EXPORT(void, samplernn_network_free, (samplernn_network *n)) {
    release(n->memory.block);
    release(n->tiers);
    release(n);
}

/* NULL when memory is short. */
EXPORT(samplernn_network *, samplernn_network_new, (const samplernn_shape *shape,
                                                    const samplernn_weights *weights)) {
    samplernn_network *n = reserve(sizeof *n);
    if (!n) return NULL;
    n->shape = *shape;
    float_state found = float_state_enter();
    int done = pack(n, weights);
    n->shape.frame_sizes = NULL; /* the caller's; each tier keeps its own */
    float_state_write(found);
    if (done) return n;
    samplernn_network_free(n);
    return NULL;
}
