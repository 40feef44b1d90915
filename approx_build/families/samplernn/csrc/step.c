/* One step of SampleRNN for a group of clips: the tiers whose frame has just ended, from the top,
 * then the sample tier. A tier's row for the tier below is made when that one needs it. */
#include "core/functions.h"
#include "group.h"

/* A row of an activation, read by a product. */
#define ROWS(pointer, depth, distance) {pointer, 1, depth, distance, .sparse = 0}

/* What tier `k` says to the tier below for the `row`th of its frames. */
static void say(samplernn_group *g, int k, int row, float *y, size_t stride) {
    const samplernn_network *n = g->network;
    const float *piece[] = {layer_states(g, k, n->shape.layers - 1)};
    operand states = ROWS(piece, n->shape.width, (size_t)n->width_row);
    product(&n->tiers[k].rows[row], &states, g->clips.active, y, stride);
}

/* The sums of gate `gate` for vector `i` of one row. */
INLINE vec gate_sum(const samplernn_network *n, const float *heard, const float *held, int gate,
                    int i) {
    size_t at = (size_t)gate * n->shape.width + i;
    return load(heard + at) + load(held + at);
}

/* n + z (h - n). */
INLINE vec mixed(vec new, vec keep, vec h) { return new + keep * (h - new); }

static void gate_after(const samplernn_network *n, const float *heard, const float *held,
                       float *h) {
    int width = n->shape.width;
    for (int i = 0; i < width; i += LANES) {
        vec reset = sigmoid(gate_sum(n, heard, held, 0, i));
        vec keep = sigmoid(gate_sum(n, heard, held, 1, i));
        vec candidate = reset * load(held + 2 * width + i);
        vec new = hyperbolic_tangent(load(heard + 2 * width + i) + candidate);
        store(h + i, mixed(new, keep, load(h + i)));
    }
}

/* r h, for the product that makes the candidates. */
static void reset_before(const samplernn_network *n, const float *heard, const float *held,
                         const float *h, float *to) {
    for (int i = 0; i < n->shape.width; i += LANES)
        store(to + i, sigmoid(gate_sum(n, heard, held, 0, i)) * load(h + i));
}

static void gate_before(const samplernn_network *n, const float *heard, const float *held,
                        const float *candidate, float *h) {
    int width = n->shape.width;
    for (int i = 0; i < width; i += LANES) {
        vec keep = sigmoid(gate_sum(n, heard, held, 1, i));
        vec new = hyperbolic_tangent(load(heard + 2 * width + i) + load(candidate + i));
        store(h + i, mixed(new, keep, load(h + i)));
    }
}

/* The candidates of a layer whose reset gate acts before their product. */
static void make_candidates(samplernn_group *g, const samplernn_gru *gru, const float *h) {
    const samplernn_network *n = g->network;
    size_t row = (size_t)n->width_row;
    for (int c = 0; c < g->clips.active; c++)
        reset_before(n, g->heard + c * g->gate_row, g->held + c * g->gate_row, h + c * row,
                     g->reset + c * row);
    const float *piece[] = {g->reset};
    operand reset = ROWS(piece, n->shape.width, row);
    product(&gru->candidate, &reset, g->clips.active, g->candidate, row);
}

/* Take what a layer hears to its states `h`. */
static void run_gru(samplernn_group *g, const samplernn_gru *gru, const operand *x, float *h) {
    const samplernn_network *n = g->network;
    size_t row = (size_t)n->width_row;
    const float *piece[] = {h};
    operand states = ROWS(piece, n->shape.width, row);
    product(&gru->input, x, g->clips.active, g->heard, g->gate_row);
    product(&gru->state, &states, g->clips.active, g->held, g->gate_row);
    if (n->shape.reset_before) make_candidates(g, gru, h);
    for (int c = 0; c < g->clips.active; c++) {
        const float *heard = g->heard + c * g->gate_row, *held = g->held + c * g->gate_row;
        if (n->shape.reset_before)
            gate_before(n, heard, held, g->candidate + c * row, h + c * row);
        else
            gate_after(n, heard, held, h + c * row);
    }
}

/* The frame of tier `k`, mapped, with what the tier above says. */
static void make_input(samplernn_group *g, int k, const operand *frame) {
    const samplernn_network *n = g->network;
    size_t row = (size_t)n->width_row;
    product(&n->tiers[k].input, frame, g->clips.active, g->input, row);
    if (k + 1 == n->shape.tiers) return;
    int64_t number = g->clips.step / n->tiers[k].frame;
    say(g, k + 1, (int)(number % n->tiers[k + 1].ratio), g->row, row);
    for (size_t i = 0; i < g->clips.active * row; i += LANES)
        store(g->input + i, load(g->input + i) + load(g->row + i));
}

/* Take the frame that has just ended to the states of tier `k`. */
static void run_tier(samplernn_group *g, int k) {
    const samplernn_network *n = g->network;
    const samplernn_tier *tier = &n->tiers[k];
    int top = top_frame(n), end = (int)(g->clips.step % top);
    const float *piece[] = {g->values + (end ? end : top) - tier->frame};
    operand x = ROWS(piece, tier->frame, (size_t)top);
    if (tier->has_input) {
        make_input(g, k, &x);
        piece[0] = g->input;
        x = (operand)ROWS(piece, n->shape.width, (size_t)n->width_row);
    }
    for (int l = 0; l < n->shape.layers; l++) {
        float *h = layer_states(g, k, l);
        run_gru(g, &tier->grus[l], &x, h);
        piece[0] = h;
        x = (operand)ROWS(piece, n->shape.width, (size_t)n->width_row);
    }
}

static void relu(float *rows, int count, size_t floats, size_t stride) {
    for (int c = 0; c < count; c++, rows += stride)
        for (size_t i = 0; i < floats; i += LANES)
            store(rows + i, at_least(load(rows + i), 0.0f));
}

/* Add what the last codes give, the oldest first, to the rows of the sample tier. */
static void add_codes(samplernn_group *g) {
    const samplernn_network *n = g->network;
    int frame = n->tiers[0].frame, top = top_frame(n), width = n->width_row;
    int first = (int)(g->clips.step % top) + top - frame;
    for (int c = 0; c < g->clips.active; c++)
        for (int tap = 0; tap < frame; tap++) {
            size_t code = (size_t)g->codes[(size_t)c * top + (first + tap) % top];
            const float *from = n->table + ((size_t)tap * n->shape.classes + code) * width;
            float *to = g->hidden[0] + c * g->head_row;
            for (int i = 0; i < width; i += LANES) store(to + i, load(to + i) + load(from + i));
        }
}

/* The sample tier: the logits. */
static void run_head(samplernn_group *g) {
    const samplernn_network *n = g->network;
    int active = g->clips.active, width = n->shape.width, is_sparse = n->shape.first_relu;
    size_t floats = (size_t)n->width_row;
    say(g, 0, (int)(g->clips.step % n->tiers[0].frame), g->hidden[0], g->head_row);
    add_codes(g);
    if (is_sparse) relu(g->hidden[0], active, floats, g->head_row);
    const float *piece[] = {g->hidden[0]};
    for (int l = 0; l < n->shape.hidden_layers; l++) {
        float *to = g->hidden[(l + 1) % 2];
        operand x = {piece, 1, width, g->head_row, .sparse = is_sparse};
        product(&n->hidden[l], &x, active, to, g->head_row);
        relu(to, active, floats, g->head_row);
        piece[0] = to;
        is_sparse = 1;
    }
    operand last = {piece, 1, width, g->head_row, .sparse = 1};
    product(&n->output, &last, active, g->logits, g->head_row);
}

int samplernn_group_step(void *group) {
    samplernn_group *g = group;
    const samplernn_network *n = g->network;
    for (int k = n->shape.tiers - 1; k >= 0; k--)
        if (g->clips.step % n->tiers[k].frame == 0) run_tier(g, k);
    if (wants_logits(&g->clips)) run_head(g);
    int top = top_frame(n), now = (int)(g->clips.step % top);
    for (int c = 0; c < g->clips.active; c++) {
        int code = next_code(&g->clips.clips[c], g->clips.step, g->logits + c * g->head_row,
                             n->silence, n->shape.classes);
        if (code < 0) return CODES_NOT_FINITE;
        g->codes[(size_t)c * top + now] = code;
        g->values[(size_t)c * top + now] = n->levels[code];
    }
    return CODES_MORE;
}
