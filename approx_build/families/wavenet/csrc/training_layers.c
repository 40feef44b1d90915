/* WaveNet's layers for training: a block forward through all, and the window back through each. */
#include "core/functions.h"
#include "training_parts.h"

typedef struct {
    vec tanh, sigmoid;
} gate_pair;

/* tanh(f) and sigmoid(g) with one division. e^2f - 1 is exact near 0, where tanh is f. */
INLINE gate_pair gate_of(vec f, vec g) {
    f = at_least(at_most(f, TANH_LIMIT), -TANH_LIMIT);
    g = at_least(at_most(g, SIGMOID_LIMIT), -SIGMOID_LIMIT);
    exponential e = exponential_within(f + f);
    vec a = e.rest * e.power + (e.power - 1.0f), b = exp_within(-g) + 1.0f;
    vec share = 1.0f / ((a + 2.0f) * b);
    return (gate_pair){a * b * share, (a + 2.0f) * share};
}

/* Point at the inputs of `layer` for all taps, oldest first. */
static void find_taps(wavenet_window *w, int l, int row) {
    for (int tap = 0; tap < w->shape.filter_width; tap++)
        w->pieces[tap] = training_inputs(w, l, row_before(row, tap_delay(w, l, tap)));
}

/* Filter and gate sums -> tanhs, sigmoids and gated outputs of a layer. */
static void gate_block(wavenet_window *w, int l, int row, int rows) {
    size_t at = ((size_t)l * w->rows + row) * w->dilated;
    const float *sums = w->gate_sums;
    float *tanhs = w->tanhs + at, *sigmoids = w->sigmoids + at;
    float *gated = w->block_gated + l * w->dilated;
    for (int r = 0; r < rows; r++, sums += 2 * w->dilated, gated += w->gated_row)
        for (int i = 0; i < w->dilated; i += LANES, tanhs += LANES, sigmoids += LANES) {
            gate_pair pair = gate_of(load(sums + i), load(sums + w->dilated + i));
            store(tanhs, pair.tanh);
            store(sigmoids, pair.sigmoid);
            store(gated + i, pair.tanh * pair.sigmoid);
        }
}

/* The next layer's inputs: this layer's, plus its dense outputs. */
static void add_residual(wavenet_window *w, int l, int row, int rows) {
    const matrix *dense = &w->layers[l].dense;
    const float *x = training_inputs(w, l, row);
    float *next = training_inputs(w, l + 1, row);
    size_t stride = (size_t)w->residual;
    for (int r = 0; r < rows; r++)
        for (size_t i = 0; i < stride; i += LANES)
            store(next + r * stride + i, load(x + r * stride + i) + load(dense->bias + i));
    const float *piece[] = {w->block_gated + l * w->dilated};
    operand gated = {piece, 1, w->shape.dilated, (size_t)w->gated_row, .sparse = 0};
    product_part sum = {.m = dense, .x = &gated, .initial = next, .initial_stride = stride};
    product_of_part(&sum, rows, next, stride);
}

/* The causal convolution of the codes before each moment, or of their values. */
static void enter(wavenet_window *w, int row, int rows) {
    int width = w->shape.causal_width, stride = w->residual;
    float *x = training_inputs(w, 0, row);
    if (w->shape.scalar_input) {
        const float *piece[] = {w->past_values + row};
        operand past = {piece, 1, width, 1, .sparse = 0};
        product(&w->causal_scalar, &past, rows, x, (size_t)stride);
        return;
    }
    for (int r = 0; r < rows; r++, x += stride)
        for (int tap = 0; tap < width; tap++) {
            size_t code = (size_t)tap * w->shape.classes + (size_t)w->past[row + r + tap];
            const float *from = w->causal + code * (size_t)stride;
            for (int i = 0; i < stride; i += LANES)
                store(x + i, tap ? (vec)(load(x + i) + load(from + i)) : load(from + i));
        }
}

/* All layers for moments row..row+rows; the gated outputs of all lie side by side. */
void training_layers(wavenet_window *w, int row, int rows) {
    enter(w, row, rows);
    for (int l = 0; l < w->shape.layers; l++) {
        find_taps(w, l, row);
        operand taps = {w->pieces, w->shape.filter_width, w->shape.residual, (size_t)w->residual,
                        .sparse = 0};
        product(&w->layers[l].gate, &taps, rows, w->gate_sums, 2 * (size_t)w->dilated);
        gate_block(w, l, row, rows);
        if (l + 1 < w->shape.layers) add_residual(w, l, row, rows);
    }
}

/* The gradient by a layer's gated outputs also comes from the inputs of the next layer. */
static void dense_back(wavenet_window *w, int l, int row, int rows) {
    const wavenet_shape *s = &w->shape;
    size_t residual = (size_t)w->residual, dilated = (size_t)w->dilated;
    float *next = w->input_gradients + (size_t)(BLOCK_ROWS + row) * residual;
    float *gated = w->gated_gradients + ((size_t)l * w->rows + row) * dilated;
    const float *piece[] = {next};
    operand gradients = {piece, 1, s->residual, residual, .sparse = 0};
    product_part sum = {.m = &w->layers[l].dense_back, .x = &gradients, .initial = gated,
                        .initial_stride = dilated};
    product_of_part(&sum, rows, gated, dilated);
    gradient_of dense = {w->block_gated, dilated, s->dilated, next, residual, w->residual};
    add_gradient(&dense, rows, w->sums.dense + (size_t)l * s->dilated * residual, residual);
    add_bias_gradient(&dense, rows, w->sums.dense_bias + l * residual);
}

/* The gated outputs of a layer once more, from what is kept of them. */
static void gate_again(wavenet_window *w, int l, int row, int rows) {
    size_t at = ((size_t)l * w->rows + row) * w->dilated, count = (size_t)rows * w->dilated;
    for (size_t i = 0; i < count; i += LANES)
        store(w->block_gated + i, load(w->tanhs + at + i) * load(w->sigmoids + at + i));
}

/* Gradients by filter and gate sums from those by the gated outputs. */
static void gate_back(wavenet_window *w, int l, int row, int rows) {
    size_t at = ((size_t)l * w->rows + row) * w->dilated;
    float *sums = w->gate_sums;
    for (int r = 0; r < rows; r++, sums += 2 * w->dilated)
        for (int i = 0; i < w->dilated; i += LANES, at += LANES) {
            vec by_gated = load(w->gated_gradients + at);
            vec tanhs = load(w->tanhs + at), sigmoids = load(w->sigmoids + at);
            store(sums + i, by_gated * sigmoids * (1.0f - tanhs * tanhs));
            store(sums + w->dilated + i, by_gated * tanhs * sigmoids * (1.0f - sigmoids));
        }
}

static void add_gate_gradients(wavenet_window *w, int l, int row, int rows) {
    const wavenet_shape *s = &w->shape;
    int outputs = 2 * w->dilated;
    size_t per_tap = (size_t)s->residual * outputs;
    float *sums = w->sums.gate + (size_t)l * s->filter_width * per_tap;
    find_taps(w, l, row);
    gradient_of gate = {NULL, (size_t)w->residual, s->residual, w->gate_sums, (size_t)outputs,
                        outputs};
    for (int tap = 0; tap < s->filter_width; tap++) {
        gate.x = w->pieces[tap];
        add_gradient(&gate, rows, sums + tap * per_tap, (size_t)outputs);
    }
    add_bias_gradient(&gate, rows, w->sums.gate_bias + (size_t)l * outputs);
}

/* Add to the gradients by the layer's inputs, at every tap. What lies before this block is done
 * for this layer already, and waits for these sums only. */
static void taps_back(wavenet_window *w, int l, int row, int rows) {
    const wavenet_shape *s = &w->shape;
    const matrix *m = &w->layers[l].gate_back;
    const float *halves[] = {w->gate_sums, w->gate_sums + w->dilated};
    operand gradients = {halves, 2, s->dilated, 2 * (size_t)w->dilated, .sparse = 0};
    size_t stride = row_floats(m), residual = (size_t)w->residual;
    product(m, &gradients, rows, w->tap_gradients, stride);
    for (int tap = 0; tap < s->filter_width; tap++) {
        int first = BLOCK_ROWS + row_before(row, tap_delay(w, l, tap));
        const float *from = w->tap_gradients + tap * residual;
        float *to = w->input_gradients + (size_t)first * residual;
        for (int r = 0; r < rows; r++, from += stride, to += residual)
            for (size_t i = 0; i < residual; i += LANES)
                store(to + i, load(to + i) + load(from + i));
    }
}

/* Gradients of the causal layer's weights. */
static void leave(wavenet_window *w) {
    int width = w->shape.causal_width, stride = w->residual;
    const float *d = w->input_gradients + (size_t)BLOCK_ROWS * stride;
    if (w->shape.scalar_input) {
        for (int row = 0; row < w->rows; row += BLOCK_ROWS, d += BLOCK_ROWS * stride) {
            int rows = w->rows - row < BLOCK_ROWS ? w->rows - row : BLOCK_ROWS;
            gradient_of causal = {w->past_values + row, 1, width, d, (size_t)stride, stride};
            add_gradient(&causal, rows, w->sums.causal, (size_t)stride);
        }
        return;
    }
    for (int row = 0; row < w->length; row++, d += stride)
        for (int tap = 0; tap < width; tap++) {
            size_t code = (size_t)tap * w->shape.classes + (size_t)w->past[row + tap];
            float *to = w->sums.causal + code * (size_t)stride;
            for (int i = 0; i < stride; i += LANES) store(to + i, load(to + i) + load(d + i));
        }
}

void training_layers_back(wavenet_window *w) {
    size_t rows = (size_t)(BLOCK_ROWS + w->rows);
    memset(w->input_gradients, 0, rows * w->residual * sizeof(float));
    for (int l = w->shape.layers - 1; l >= 0; l--)
        for (int row = 0; row < w->rows; row += BLOCK_ROWS) {
            int rows = w->rows - row < BLOCK_ROWS ? w->rows - row : BLOCK_ROWS;
            if (l + 1 < w->shape.layers) {
                gate_again(w, l, row, rows);
                dense_back(w, l, row, rows);
            }
            gate_back(w, l, row, rows);
            add_gate_gradients(w, l, row, rows);
            taps_back(w, l, row, rows);
        }
    leave(w);
}
