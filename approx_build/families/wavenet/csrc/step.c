/* One step of WaveNet for a group of clips, fused: a layer's inputs are read from the rings
 * where they lie, and its outputs go straight into the ring of the next. */
#include "core/functions.h"
#include "group.h"

/* The inputs of `layer` at this step, [size][residual_row]. */
INLINE float *present(const wavenet_group *g, int layer) {
    return g->rings[layer] + g->now[layer] * slot_floats(g);
}

/* What class `code` at `tap` gives to the first layer's inputs. */
INLINE const float *causal_row(const wavenet_network *n, int tap, int code) {
    return n->causal + ((size_t)tap * n->shape.classes + code) * n->residual_row;
}

/* x of the first layer: the causal convolution of the last classes, or of their values. */
static void enter(wavenet_group *g) {
    const wavenet_network *n = g->network;
    int width = n->shape.causal_width, row = n->residual_row;
    float *x = present(g, 0);
    if (n->shape.scalar_input) {
        const float *piece[] = {g->past_values};
        operand past = {piece, 1, width, (size_t)width, .sparse = 0};
        product(&n->causal_scalar, &past, g->clips.active, x, (size_t)row);
        return;
    }
    for (int c = 0; c < g->clips.active; c++, x += row) {
        const int32_t *codes = g->past_codes + (size_t)c * width;
        for (int i = 0; i < row; i += LANES) {
            vec sum = load(causal_row(n, 0, codes[0]) + i);
            for (int tap = 1; tap < width; tap++)
                sum = sum + load(causal_row(n, tap, codes[tap]) + i);
            store(x + i, sum);
        }
    }
}

/* Point at the inputs of `layer` for all taps, oldest first. */
static void find_taps(wavenet_group *g, int layer) {
    int taps = g->network->shape.filter_width, slots = ring_slots(g, layer);
    for (int tap = 0; tap < taps; tap++) {
        int64_t back = (int64_t)(taps - 1 - tap) * g->network->layers[layer].dilation;
        int64_t slot = g->now[layer] - back;
        g->taps[tap] = g->rings[layer] + (slot < 0 ? slot + slots : slot) * slot_floats(g);
    }
}

/* Filter and gate sums -> gated outputs of this layer, one row. */
INLINE void gate_row(const matrix *m, const float *sums, float *out) {
    for (int first = 0; first < m->vectors; first += TILE_VECTORS) {
        int half = panel_vectors(m, first) / 2;
        for (int v = 0; v < half; v++, sums += LANES, out += LANES)
            store(out, gated(load(sums), load(sums + half * LANES)));
        sums += half * LANES;
    }
}

/* The next layer's input: this layer's plus its dense output. */
static void add_residual(wavenet_group *g, int layer) {
    const float *x = present(g, layer);
    float *next = present(g, layer + 1);
    int row = g->network->residual_row, used = round_up(g->network->shape.residual, LANES);
    for (int c = 0; c < g->clips.active; c++, x += row, next += row)
        for (int i = 0; i < used; i += LANES)
            store(next + i, load(x + i) + load(g->work + c * g->work_row + i));
}

/* Sums of filter and gate for a clip alone: those over past inputs are begun for several steps
 * at once, then each step carries its own on. */
static void sum_gates_alone(wavenet_group *g, int layer, int steps) {
    const wavenet_shape *s = &g->network->shape;
    const matrix *m = &g->network->layers[layer].gate;
    int past_taps = s->filter_width - 1, ahead = (int)(g->clips.step % steps);
    if (!ahead) {
        operand past = {g->taps, past_taps, s->residual, slot_floats(g), .sparse = 0};
        product(m, &past, steps, g->begun[layer], g->work_row);
    }
    operand present = {g->taps + past_taps, 1, s->residual, 0, .sparse = 0};
    product_part rest = {.m = m, .x = &present, .first_input = past_taps * s->residual,
                         .initial = g->begun[layer] + ahead * g->work_row};
    product_of_part(&rest, 1, g->work, g->work_row);
}

static void sum_gates(wavenet_group *g, int layer) {
    const wavenet_shape *s = &g->network->shape;
    int steps = lookahead(g, layer);
    find_taps(g, layer);
    if (steps > 1) {
        sum_gates_alone(g, layer, steps);
        return;
    }
    size_t row = (size_t)g->network->residual_row;
    operand inputs = {g->taps, s->filter_width, s->residual, row, .sparse = 0};
    product(&g->network->layers[layer].gate, &inputs, g->clips.active, g->work, g->work_row);
}

static void run_layer(wavenet_group *g, int layer) {
    const wavenet_network *n = g->network;
    const wavenet_shape *s = &n->shape;
    const wavenet_layer *w = &n->layers[layer];
    float *gated_outputs = g->gated + (size_t)layer * n->dilated_row;
    sum_gates(g, layer);
    for (int c = 0; c < g->clips.active; c++)
        gate_row(&w->gate, g->work + c * g->work_row, gated_outputs + c * g->gated_row);
    if (layer + 1 == s->layers) return; /* the last layer's dense output goes nowhere */
    operand inner = {g->dilated + layer, 1, s->dilated, g->gated_row, .sparse = 0};
    product(&w->dense, &inner, g->clips.active, g->work, g->work_row);
    add_residual(g, layer);
}

static void relu(const matrix *m, float *rows, int count, size_t stride) {
    for (int c = 0; c < count; c++, rows += stride)
        for (size_t i = 0; i < row_floats(m); i += LANES)
            store(rows + i, at_least(load(rows + i), 0.0f));
}

/* Skips of all layers -> ReLU -> post1 -> ReLU -> post2: the logits. */
static void run_head(wavenet_group *g) {
    const wavenet_network *n = g->network;
    operand all = {g->dilated, n->shape.layers, n->shape.dilated, g->gated_row, .sparse = 0};
    product(&n->skip, &all, g->clips.active, g->hidden[0], g->head_row);
    relu(&n->skip, g->hidden[0], g->clips.active, g->head_row);
    const float *piece[] = {g->hidden[0], g->hidden[1]};
    operand skips = {piece, 1, n->shape.skip, g->head_row, .sparse = 1};
    product(&n->post1, &skips, g->clips.active, g->hidden[1], g->head_row);
    relu(&n->post1, g->hidden[1], g->clips.active, g->head_row);
    operand posts = {piece + 1, 1, n->shape.skip, g->head_row, .sparse = 1};
    product(&n->post2, &posts, g->clips.active, g->logits, g->head_row);
}

/* Forget the oldest code of clip `c` and remember `code`. */
static void remember(wavenet_group *g, int c, int code) {
    size_t width = (size_t)g->network->shape.causal_width, at = (size_t)c * width;
    memmove(g->past_codes + at, g->past_codes + at + 1, (width - 1) * sizeof(int32_t));
    g->past_codes[at + width - 1] = code;
    memmove(g->past_values + at, g->past_values + at + 1, (width - 1) * sizeof(float));
    g->past_values[at + width - 1] = g->network->values[code];
}

int wavenet_group_step(void *group) {
    wavenet_group *g = group;
    const wavenet_network *n = g->network;
    enter(g);
    for (int l = 0; l < n->shape.layers; l++) run_layer(g, l);
    if (wants_logits(&g->clips)) run_head(g);
    for (int c = 0; c < g->clips.active; c++) {
        int code = next_code(&g->clips.clips[c], g->clips.step, g->logits + c * g->head_row,
                             n->silence, n->shape.classes);
        if (code < 0) return CODES_NOT_FINITE;
        remember(g, c, code);
    }
    for (int l = 0; l < n->shape.layers; l++)
        if (++g->now[l] == ring_slots(g, l)) g->now[l] = 0;
    return CODES_MORE;
}
