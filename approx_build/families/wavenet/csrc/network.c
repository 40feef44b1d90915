/* Pack WaveNet's weights. Adds only biases of the skips, in the order of the layers. */
#include "network.h"

#include "core/float_state.h"
#include "core/memory.h"
#include "lockstep/clip.h"

static const float *part(const float *all, size_t index, size_t size) {
    return all ? all + index * size : NULL;
}

/* Put filter and gate side by side: each panel holds half its vectors of one and half of the
 * other, so that a tile finishes with both at hand. */
static void interleave(const float *filter, const float *gate, int rows, int width, float *to) {
    int half = TILE_VECTORS / 2 * LANES, padded = round_up(width, LANES);
    for (int r = 0; r < rows; r++, to += 2 * padded) {
        float *at = to;
        for (int start = 0; start < padded; start += half) {
            int span = padded - start < half ? padded - start : half;
            for (int i = 0; i < span; i++) {
                int n = start + i;
                at[i] = n < width ? filter[(size_t)r * width + n] : 0.0f;
                at[span + i] = n < width ? gate[(size_t)r * width + n] : 0.0f;
            }
            at += 2 * span;
        }
    }
}

static int pack_gate(matrix *m, arena *memory, const wavenet_shape *s, const wavenet_weights *w,
                     size_t layer) {
    int inputs = s->filter_width * s->residual, outputs = 2 * round_up(s->dilated, LANES);
    size_t size = (size_t)inputs * s->dilated;
    float *both = reserve((size_t)(inputs + 1) * outputs * sizeof(float));
    if (!both) return 0;
    float *bias = both + (size_t)inputs * outputs;
    interleave(w->filter + layer * size, w->gate + layer * size, inputs, s->dilated, both);
    if (w->filter_bias)
        interleave(w->filter_bias + layer * s->dilated, w->gate_bias + layer * s->dilated, 1,
                   s->dilated, bias);
    int done = matrix_pack(m, memory, inputs, outputs, both, bias);
    release(both);
    return done;
}

static int pack_layers(wavenet_network *n, const wavenet_weights *w) {
    const wavenet_shape *s = &n->shape;
    n->layers = arena_take(&n->memory, (size_t)s->layers * sizeof(wavenet_layer));
    if (!n->layers) return 0;
    for (int l = 0; l < s->layers; l++) {
        wavenet_layer *layer = &n->layers[l];
        layer->dilation = s->dilations[l];
        const float *dense = w->dense + (size_t)l * s->dilated * s->residual;
        const float *bias = part(w->dense_bias, (size_t)l, (size_t)s->residual);
        if (!pack_gate(&layer->gate, &n->memory, s, w, (size_t)l)) return 0;
        if (!matrix_pack(&layer->dense, &n->memory, s->dilated, s->residual, dense, bias)) return 0;
    }
    return 1;
}

static int pack_skip(wavenet_network *n, const wavenet_weights *w) {
    const wavenet_shape *s = &n->shape;
    float *bias = reserve((size_t)s->skip * sizeof(float));
    if (!bias) return 0;
    for (int l = 0; w->skip_bias && l < s->layers; l++)
        for (int i = 0; i < s->skip; i++) {
            float term = w->skip_bias[(size_t)l * s->skip + i];
            bias[i] = l ? bias[i] + term : term;
        }
    int done = matrix_pack(&n->skip, &n->memory, s->layers * s->dilated, s->skip, w->skip, bias);
    release(bias);
    return done;
}

static int pack_causal(wavenet_network *n, const float *weights) {
    const wavenet_shape *s = &n->shape;
    if (s->scalar_input)
        return matrix_pack(&n->causal_scalar, &n->memory, s->causal_width, s->residual, weights,
                           NULL);
    size_t rows = (size_t)s->causal_width * s->classes;
    n->causal = arena_take(&n->memory, rows * n->residual_row * sizeof(float));
    if (!n->causal) return 0;
    for (size_t r = 0; r < rows; r++)
        memcpy(n->causal + r * n->residual_row, weights + r * s->residual,
               (size_t)s->residual * sizeof(float));
    return 1;
}

static int pack_classes(wavenet_network *n, const float *values) {
    int classes = n->shape.classes;
    n->values = arena_take(&n->memory, (size_t)classes * sizeof(float));
    n->silence = arena_take(&n->memory, (size_t)round_up(classes, ROW_STEP) * sizeof(float));
    if (!n->values || !n->silence) return 0;
    if (values) memcpy(n->values, values, (size_t)classes * sizeof(float));
    pack_silence(n->silence, classes);
    return 1;
}

/* Bytes of everything that is packed. */
static size_t network_bytes(const wavenet_network *n) {
    const wavenet_shape *s = &n->shape;
    size_t layers = (size_t)s->layers, classes = (size_t)round_up(s->classes, ROW_STEP);
    size_t causal = (size_t)s->causal_width * s->classes * n->residual_row * sizeof(float);
    size_t scalar = matrix_bytes(s->causal_width, s->residual);
    size_t gate = matrix_bytes(s->filter_width * s->residual, 2 * round_up(s->dilated, LANES));
    size_t dense = matrix_bytes(s->dilated, s->residual);
    return (s->scalar_input ? scalar : arena_bytes(causal)) + layers * (gate + dense) +
           arena_bytes(layers * sizeof(wavenet_layer)) + 2 * arena_bytes(classes * sizeof(float)) +
           matrix_bytes(s->layers * s->dilated, s->skip) + matrix_bytes(s->skip, s->skip) +
           matrix_bytes(s->skip, s->classes);
}

static int pack(wavenet_network *n, const wavenet_weights *w) {
    const wavenet_shape *s = &n->shape;
    n->residual_row = round_up(s->residual, ROW_STEP);
    n->dilated_row = round_up(s->dilated, ROW_STEP);
    return arena_open(&n->memory, network_bytes(n)) && pack_causal(n, w->causal) &&
           pack_layers(n, w) && pack_skip(n, w) &&
           matrix_pack(&n->post1, &n->memory, s->skip, s->skip, w->post1, w->post1_bias) &&
           matrix_pack(&n->post2, &n->memory, s->skip, s->classes, w->post2, w->post2_bias) &&
           pack_classes(n, w->values);
}

EXPORT(void, wavenet_network_free, (wavenet_network *n)) {
    release(n->memory.block);
    release(n);
}

/* NULL when memory is short. */
EXPORT(wavenet_network *, wavenet_network_new, (const wavenet_shape *shape,
                                                const wavenet_weights *weights)) {
    wavenet_network *n = reserve(sizeof *n);
    if (!n) return NULL;
    n->shape = *shape;
    float_state found = float_state_enter();
    int done = pack(n, weights);
    n->shape.dilations = NULL; /* the caller's; each layer keeps its own */
    float_state_write(found);
    if (done) return n;
    wavenet_network_free(n);
    return NULL;
}
