/* The control network of DDSP: dense layers with norm and leaky ReLU, and a GRU over frames. */
#include <math.h>

#include "core/float_state.h"
#include "core/functions.h"
#include "ddsp.h"

#define EPSILON 1e-3
#define SLOPE 0.2f

/* A row of outputs to mean 0 and variance 1, scaled; then x < 0 -> SLOPE x. Sums are float64, from
 * the first output to the last. */
static void norm_row(const ddsp_layer *l, float *y) {
    int channels = l->map.outputs;
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < channels; i++) sum += (double)y[i];
    double mean = sum / channels;
    for (int i = 0; i < channels; i++) {
        double d = (double)y[i] - mean;
        squares += d * d;
    }
    double scale = 1.0 / sqrt(squares / channels + EPSILON);
    for (int i = 0; i < channels; i++) {
        float whitened = (float)(((double)y[i] - mean) * scale);
        float made = whitened * l->norm_weight[i] + l->norm_bias[i];
        y[i] = made < 0.0f ? made * SLOPE : made;
    }
}

EXPORT(void, ddsp_layer_free, (ddsp_layer *l)) {
    release(l->memory.block);
    release(l);
}

static int pack(ddsp_layer *l, int inputs, int outputs, const float *weight, const float *bias,
                const float *norm_weight, const float *norm_bias) {
    size_t row = (size_t)outputs * sizeof(float);
    if (!arena_open(&l->memory, matrix_bytes(inputs, outputs) + 2 * arena_bytes(row))) return 0;
    if (!matrix_pack(&l->map, &l->memory, inputs, outputs, weight, bias)) return 0;
    if (!norm_weight) return 1;
    l->norm_weight = arena_take(&l->memory, row);
    l->norm_bias = arena_take(&l->memory, row);
    if (!l->norm_weight || !l->norm_bias) return 0;
    memcpy(l->norm_weight, norm_weight, row);
    memcpy(l->norm_bias, norm_bias, row);
    return 1;
}

/* Weights [inputs][outputs]; without norm `norm_weight` is NULL. NULL when memory is short. */
EXPORT(ddsp_layer *, ddsp_layer_new, (int32_t inputs, int32_t outputs, const float *weight,
                                      const float *bias, const float *norm_weight,
                                      const float *norm_bias)) {
    ddsp_layer *l = reserve(sizeof *l);
    if (!l) return NULL;
    float_state found = float_state_enter();
    int done = pack(l, inputs, outputs, weight, bias, norm_weight, norm_bias);
    float_state_write(found);
    if (done) return l;
    ddsp_layer_free(l);
    return NULL;
}

/* y of `rows` frames x; rows are `x_stride` and `y_stride` floats apart, those of y padded. */
EXPORT(void, ddsp_layer_run, (const ddsp_layer *l, const float *x, int64_t x_stride, int32_t rows,
                              float *y, int64_t y_stride)) {
    float_state found = float_state_enter();
    operand given = {&x, 1, l->map.inputs, (size_t)x_stride, .sparse = 0};
    product(&l->map, &given, rows, y, (size_t)y_stride);
    if (l->norm_weight)
        for (int r = 0; r < rows; r++) norm_row(l, y + r * y_stride);
    float_state_write(found);
}

/* The state after a frame: gates reset, update and new, from sums of the frame and of the state. */
INLINE void recur_row(int channels, const float *given, const float *own, float *state) {
    for (int i = 0; i < channels; i += LANES) {
        vec reset = sigmoid(load(given + i) + load(own + i));
        vec update = sigmoid(load(given + channels + i) + load(own + channels + i));
        vec of_state = reset * load(own + 2 * channels + i);
        vec fresh = hyperbolic_tangent(load(given + 2 * channels + i) + of_state);
        store(state + i, fresh + update * (load(state + i) - fresh));
    }
}

/* A GRU over `rows` frames whose sums `given` [3 channels] are there; `l` is the map of the state.
 * `state` is carried on; `work` holds a row of sums. All rows are padded. */
EXPORT(void, ddsp_recur, (const ddsp_layer *l, const float *given, int64_t stride, int32_t rows,
                          float *state, float *work, float *y, int64_t y_stride)) {
    float_state found = float_state_enter();
    int channels = l->map.inputs;
    const float *piece[] = {state};
    operand now = {piece, 1, channels, 0, .sparse = 0};
    for (int r = 0; r < rows; r++) {
        product(&l->map, &now, 1, work, row_floats(&l->map));
        recur_row(channels, given + r * stride, work, state);
        memcpy(y + r * y_stride, state, (size_t)channels * sizeof(float));
    }
    float_state_write(found);
}
