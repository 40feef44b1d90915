/* A WaveNet's weights packed for both directions, and its gradients unpacked. */
#include "training_parts.h"

/* Numbers at first + input * input_step + output * output_step. */
typedef struct {
    const float *first;
    int inputs, outputs;
    size_t input_step, output_step;
} numbers;

INLINE numbers plain(const float *first, int inputs, int outputs) {
    return (numbers){first, inputs, outputs, (size_t)outputs, 1};
}

INLINE numbers transposed(const float *first, int inputs, int outputs) {
    return (numbers){first, inputs, outputs, 1, (size_t)inputs};
}

/* Lay `n` into a packed matrix from `input` and `output` on. */
static void lay(matrix *m, int input, int output, numbers n) {
    for (int o = 0; o < n.outputs;) {
        int at = output + o, first = at / LANES / TILE_VECTORS * TILE_VECTORS;
        int width = panel_vectors(m, first) * LANES, inside = at - first * LANES;
        int run = width - inside < n.outputs - o ? width - inside : n.outputs - o;
        float *to = (float *)panel(m, first) + (size_t)input * width + inside;
        const float *from = n.first + (size_t)o * n.output_step;
        for (int i = 0; i < n.inputs; i++, to += width, from += n.input_step)
            for (int k = 0; k < run; k++) to[k] = from[(size_t)k * n.output_step];
        o += run;
    }
}

static void lay_bias(matrix *m, int output, const float *bias, int outputs) {
    if (bias) memcpy(m->bias + output, bias, (size_t)outputs * sizeof(float));
}

/* The `index`-th of arrays of `size` floats that follow each other; NULL of none. */
INLINE const float *nth(const float *first, int index, size_t size) {
    return first ? first + (size_t)index * size : NULL;
}

static void pack_gate(wavenet_window *w, int l, const wavenet_weights *from) {
    const wavenet_shape *s = &w->shape;
    training_layer *layer = &w->layers[l];
    int taps = s->filter_width, inputs = taps * s->residual;
    const float *half[] = {nth(from->filter, l, (size_t)inputs * s->dilated),
                           nth(from->gate, l, (size_t)inputs * s->dilated)};
    const float *bias[] = {nth(from->filter_bias, l, (size_t)s->dilated),
                           nth(from->gate_bias, l, (size_t)s->dilated)};
    for (int h = 0; h < 2; h++) {
        lay(&layer->gate, 0, h * w->dilated, plain(half[h], inputs, s->dilated));
        lay_bias(&layer->gate, h * w->dilated, bias[h], s->dilated);
        for (int tap = 0; tap < taps; tap++)
            lay(&layer->gate_back, h * s->dilated, tap * w->residual,
                transposed(half[h] + (size_t)tap * s->residual * s->dilated, s->dilated,
                           s->residual));
    }
}

static void pack_dense(wavenet_window *w, int l, const wavenet_weights *from) {
    const wavenet_shape *s = &w->shape;
    const float *dense = nth(from->dense, l, (size_t)s->dilated * s->residual);
    lay(&w->layers[l].dense, 0, 0, plain(dense, s->dilated, s->residual));
    lay(&w->layers[l].dense_back, 0, 0, transposed(dense, s->residual, s->dilated));
    lay_bias(&w->layers[l].dense, 0, nth(from->dense_bias, l, (size_t)s->residual), s->residual);
}

static void pack_skip(wavenet_window *w, const wavenet_weights *from) {
    const wavenet_shape *s = &w->shape;
    memset(w->skips.bias, 0, row_floats(&w->skips) * sizeof(float));
    for (int l = 0; l < s->layers; l++) {
        const float *skip = nth(from->skip, l, (size_t)s->dilated * s->skip);
        lay(&w->skips, l * s->dilated, 0, plain(skip, s->dilated, s->skip));
        lay(&w->skips_back, 0, l * w->dilated, transposed(skip, s->skip, s->dilated));
        for (int n = 0; from->skip_bias && n < s->skip; n++)
            w->skips.bias[n] += from->skip_bias[(size_t)l * s->skip + n];
    }
}

static void pack_causal(wavenet_window *w, const wavenet_weights *from) {
    const wavenet_shape *s = &w->shape;
    if (s->scalar_input) {
        lay(&w->causal_scalar, 0, 0, plain(from->causal, s->causal_width, s->residual));
        memcpy(w->values, from->values, (size_t)s->classes * sizeof(float));
        return;
    }
    for (int row = 0; row < s->causal_width * s->classes; row++)
        memcpy(w->causal + (size_t)row * w->residual, from->causal + (size_t)row * s->residual,
               (size_t)s->residual * sizeof(float));
}

void training_pack(wavenet_window *w, const wavenet_weights *from) {
    const wavenet_shape *s = &w->shape;
    pack_causal(w, from);
    for (int l = 0; l < s->layers; l++) {
        pack_gate(w, l, from);
        pack_dense(w, l, from);
    }
    pack_skip(w, from);
    lay(&w->post1, 0, 0, plain(from->post1, s->skip, s->skip));
    lay(&w->post1_back, 0, 0, transposed(from->post1, s->skip, s->skip));
    lay_bias(&w->post1, 0, from->post1_bias, s->skip);
    lay(&w->post2, 0, 0, plain(from->post2, s->skip, s->classes));
    lay(&w->post2_back, 0, 0, transposed(from->post2, s->classes, s->skip));
    lay_bias(&w->post2, 0, from->post2_bias, s->classes);
}

/* Sums of gradients [inputs][stride] -> their mean over the window's moments [inputs][outputs]. */
static void unpack(const wavenet_window *w, float *to, const float *sums, int inputs, int outputs,
                   size_t stride) {
    float share = 1.0f / (float)w->length;
    for (int i = 0; to && i < inputs; i++, sums += stride)
        for (int o = 0; o < outputs; o++) *to++ = sums[o] * share;
}

/* Gradients of the skip maps lie transposed; every bias is added to the same sum. */
static void unpack_skip(const wavenet_window *w, const wavenet_gradients *to) {
    const wavenet_shape *s = &w->shape;
    float share = 1.0f / (float)w->length, *out = to->skip;
    for (int l = 0; l < s->layers; l++) {
        for (int i = 0; i < s->dilated; i++) {
            const float *sums = w->sums.skip + (size_t)l * w->dilated + i;
            for (int n = 0; n < s->skip; n++, sums += w->gated) *out++ = *sums * share;
        }
        unpack(w, (float *)nth(to->skip_bias, l, (size_t)s->skip), w->sums.skip_bias, 1, s->skip,
               0);
    }
}

void training_unpack(const wavenet_window *w, const wavenet_gradients *to) {
    const wavenet_shape *s = &w->shape;
    const training_sums *sums = &w->sums;
    size_t gate = 2 * (size_t)w->dilated, residual = (size_t)w->residual;
    int rows = s->causal_width * (s->scalar_input ? 1 : s->classes);
    int taps = s->layers * s->filter_width * s->residual;
    unpack(w, to->causal, sums->causal, rows, s->residual, residual);
    unpack(w, to->filter, sums->gate, taps, s->dilated, gate);
    unpack(w, to->gate, sums->gate + w->dilated, taps, s->dilated, gate);
    unpack(w, to->filter_bias, sums->gate_bias, s->layers, s->dilated, gate);
    unpack(w, to->gate_bias, sums->gate_bias + w->dilated, s->layers, s->dilated, gate);
    unpack(w, to->dense, sums->dense, s->layers * s->dilated, s->residual, residual);
    unpack(w, to->dense_bias, sums->dense_bias, s->layers, s->residual, residual);
    unpack_skip(w, to);
    unpack(w, to->post1, sums->post1, s->skip, s->skip, (size_t)w->skip);
    unpack(w, to->post1_bias, sums->post1_bias, 1, s->skip, 0);
    unpack(w, to->post2, sums->post2, s->skip, s->classes, (size_t)w->classes);
    unpack(w, to->post2_bias, sums->post2_bias, 1, s->classes, 0);
}
