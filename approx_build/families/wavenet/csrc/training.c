/* One window of WaveNet's training: memory, and the two things that are asked of it. */
#include "training_parts.h"

#include "core/float_state.h"

static float *take(wavenet_window *w, size_t rows, int width) {
    return arena_take(&w->memory, rows * (size_t)width * sizeof(float));
}

static void lay_out_matrix(wavenet_window *w, matrix *m, int inputs, int outputs) {
    m->inputs = inputs;
    m->outputs = outputs;
    m->vectors = (outputs + LANES - 1) / LANES;
    m->weights = take(w, (size_t)inputs, m->vectors * LANES);
    m->bias = take(w, 1, m->vectors * LANES);
}

static void lay_out_weights(wavenet_window *w) {
    const wavenet_shape *s = &w->shape;
    int taps = s->filter_width;
    for (int l = 0; l < s->layers; l++) {
        training_layer unused, *layer = w->layers ? &w->layers[l] : &unused;
        lay_out_matrix(w, &layer->gate, taps * s->residual, 2 * w->dilated);
        lay_out_matrix(w, &layer->dense, s->dilated, s->residual);
        lay_out_matrix(w, &layer->gate_back, 2 * s->dilated, taps * w->residual);
        lay_out_matrix(w, &layer->dense_back, s->residual, s->dilated);
    }
    lay_out_matrix(w, &w->skips, s->layers * s->dilated, s->skip);
    lay_out_matrix(w, &w->skips_back, s->skip, w->gated);
    lay_out_matrix(w, &w->post1, s->skip, s->skip);
    lay_out_matrix(w, &w->post1_back, s->skip, s->skip);
    lay_out_matrix(w, &w->post2, s->skip, s->classes);
    lay_out_matrix(w, &w->post2_back, s->classes, s->skip);
    if (s->scalar_input) lay_out_matrix(w, &w->causal_scalar, s->causal_width, s->residual);
    else w->causal = take(w, (size_t)s->causal_width * s->classes, w->residual);
    w->values = take(w, 1, s->classes);
}

static void lay_out_sums(wavenet_window *w) {
    const wavenet_shape *s = &w->shape;
    training_sums *sums = &w->sums;
    size_t layers = (size_t)s->layers, before = w->memory.used;
    size_t taps = layers * s->filter_width * s->residual;
    sums->causal = take(w, (size_t)s->causal_width * (s->scalar_input ? 1 : s->classes),
                        w->residual);
    sums->gate = take(w, taps, 2 * w->dilated);
    sums->gate_bias = take(w, layers, 2 * w->dilated);
    sums->dense = take(w, layers * s->dilated, w->residual);
    sums->dense_bias = take(w, layers, w->residual);
    sums->skip = take(w, (size_t)s->skip, w->gated);
    sums->skip_bias = take(w, 1, w->skip);
    sums->post1 = take(w, (size_t)s->skip, w->skip);
    sums->post1_bias = take(w, 1, w->skip);
    sums->post2 = take(w, (size_t)s->skip, w->classes);
    sums->post2_bias = take(w, 1, w->classes);
    sums->floats = (w->memory.used - before) / sizeof(float);
}

static void lay_out_activations(wavenet_window *w) {
    size_t layers = (size_t)w->shape.layers, rows = (size_t)w->rows;
    int past = w->rows + w->shape.causal_width;
    w->past = arena_take(&w->memory, (size_t)past * sizeof(int32_t));
    w->past_values = take(w, 1, past);
    w->inputs = take(w, layers * (BLOCK_ROWS + rows), w->residual);
    w->tanhs = take(w, layers * rows, w->dilated);
    w->sigmoids = take(w, layers * rows, w->dilated);
    w->gated_gradients = take(w, layers * rows, w->dilated);
    w->input_gradients = take(w, BLOCK_ROWS + rows, w->residual);
    w->gate_sums = take(w, BLOCK_ROWS, 2 * w->dilated);
    w->tap_gradients = take(w, BLOCK_ROWS, w->shape.filter_width * w->residual);
    w->block_gated = take(w, BLOCK_ROWS, w->gated_row);
    w->block_gated_gradients = take(w, BLOCK_ROWS, w->gated_row);
    for (int i = 0; i < 2; i++) {
        w->head[i] = take(w, BLOCK_ROWS, w->skip_row);
        w->head_gradients[i] = take(w, BLOCK_ROWS, w->skip_row);
    }
    w->logits = take(w, BLOCK_ROWS, w->class_row);
    w->pieces = arena_take(&w->memory, (layers + w->shape.filter_width) * sizeof *w->pieces);
}

/* Rows an odd number of cache lines apart do not compete for the same places in the cache. */
static int apart(int floats) {
    int line = (int)(CACHE_LINE / sizeof(float)), lines = (floats + line - 1) / line;
    return (lines | 1) * line;
}

/* Without a block of memory the arena only counts. */
static void lay_out(wavenet_window *w, const wavenet_shape *s, int length) {
    w->shape = *s;
    w->length = length;
    w->rows = round_up(length, TILE_ROWS);
    w->residual = round_up(s->residual, LANES);
    w->dilated = round_up(s->dilated, LANES);
    w->gated = s->layers * w->dilated;
    w->skip = round_up(s->skip, LANES);
    w->classes = round_up(s->classes, LANES);
    w->gated_row = apart(w->gated);
    w->skip_row = apart(w->skip);
    w->class_row = apart(w->classes);
    w->layers = arena_take(&w->memory, (size_t)s->layers * sizeof *w->layers);
    for (int l = 0; w->layers && l < s->layers; l++) w->layers[l].dilation = s->dilations[l];
    lay_out_weights(w);
    lay_out_sums(w);
    lay_out_activations(w);
}

/* Bytes that a window of `length` moments takes. */
EXPORT(int64_t, wavenet_window_bytes, (const wavenet_shape *shape, int32_t length)) {
    wavenet_window counted = {.memory = {0}};
    lay_out(&counted, shape, length);
    return (int64_t)(counted.memory.used + sizeof counted);
}

EXPORT(void, wavenet_window_free, (wavenet_window *w)) {
    release(w->memory.block);
    release(w);
}

/* NULL when memory is short. */
EXPORT(wavenet_window *, wavenet_window_new, (const wavenet_shape *shape, int32_t length)) {
    wavenet_window *w = reserve(sizeof *w);
    if (!w) return NULL;
    if (arena_open(&w->memory, (size_t)wavenet_window_bytes(shape, length))) {
        lay_out(w, shape, length);
        w->shape.dilations = NULL; /* the caller's; each layer keeps its own */
        return w;
    }
    wavenet_window_free(w);
    return NULL;
}

/* The codes before each moment, silence before the first and where the last tile is filled up. */
static void remember(wavenet_window *w, const int64_t *given) {
    int width = w->shape.causal_width, count = w->rows + width;
    for (int i = 0; i < count; i++) {
        int at = i - width;
        w->past[i] = at < 0 || at >= w->length ? w->shape.classes / 2 : (int32_t)given[at];
        if (w->shape.scalar_input) w->past_values[i] = w->values[w->past[i]];
    }
}

/* The mean loss of predicting `codes` [length], nats, when the past is made of `given` [length];
 * with `gradients` not NULL, the gradients of that too. */
EXPORT(double, wavenet_window_loss, (wavenet_window *w, const wavenet_weights *weights,
                                     const int64_t *codes, const int64_t *given,
                                     const wavenet_gradients *gradients)) {
    float_state found = float_state_enter();
    double sum = 0.0;
    training_pack(w, weights);
    remember(w, given);
    memset(w->sums.causal, 0, w->sums.floats * sizeof(float));
    for (int row = 0; row < w->rows; row += BLOCK_ROWS) {
        int rows = w->rows - row < BLOCK_ROWS ? w->rows - row : BLOCK_ROWS;
        training_layers(w, row, rows);
        sum += training_head(w, codes, row, rows, gradients != NULL);
    }
    if (gradients) {
        training_layers_back(w);
        training_unpack(w, gradients);
    }
    float_state_write(found);
    return sum / w->length;
}
