/* WaveNet's loss over one window of sound, and the gradients of all weights.
 *
 * Time runs along rows, and the window is cut into blocks of BLOCK_ROWS moments. A block goes
 * through all layers, the head, the loss and back through the head while its activations are in
 * the second-level cache: the network is causal, so what came before is done. Then the layers are
 * gone through backward, each over the whole window. What each gated output was made of, tanh and
 * sigmoid, is kept; the rest is made again.
 *
 * Channels are padded with zeros to whole vectors, time to whole tiles. Every sum has one order,
 * so equal inputs give equal bits on one instruction set.
 */
#ifndef APPROX_WAVENET_TRAINING_H
#define APPROX_WAVENET_TRAINING_H

#include "core/gradient.h"
#include "core/product.h"
#include "core/product_sparse.h"
#include "wavenet.h"

/* A multiple of TILE_ROWS. */
#define BLOCK_ROWS GRADIENT_ROWS

/* Where gradients go: as `wavenet_weights`, every array overwritten. */
typedef struct {
    float *causal, *filter, *gate, *filter_bias, *gate_bias, *dense, *dense_bias;
    float *skip, *skip_bias, *post1, *post1_bias, *post2, *post2_bias;
} wavenet_gradients;

/* A layer's weights, packed: forward, and transposed for the way back. */
typedef struct {
    int dilation;
    matrix gate;       /* taps x residual -> filter, gate */
    matrix dense;      /* dilated -> residual */
    matrix gate_back;  /* filter, gate -> taps x residual (padded) */
    matrix dense_back; /* residual -> dilated */
} training_layer;

/* Sums of gradients [inputs][padded outputs], over the rows done so far. */
typedef struct {
    float *causal;                     /* [causal_width x classes or 1][residual] */
    float *gate, *gate_bias;           /* [layers][taps x residual][filter, gate] */
    float *dense, *dense_bias;         /* [layers][dilated][residual] */
    float *skip, *skip_bias;           /* transposed: [skip][layers x dilated] */
    float *post1, *post1_bias, *post2, *post2_bias;
    size_t floats;                     /* of all together, from `causal` on */
} training_sums;

/* What one window needs in memory; used again for others of equal shape and length. */
typedef struct {
    arena memory; /* of everything below */
    wavenet_shape shape;
    int length, rows;                           /* moments; with the last tile filled up */
    int residual, dilated, gated, skip, classes; /* padded; gated: of all layers */
    int gated_row, skip_row, class_row;         /* distance between a block's rows */
    training_layer *layers;
    matrix causal_scalar, skips, skips_back, post1, post1_back, post2, post2_back;
    float *causal; /* classes in: [causal_width x classes][residual] */
    float *values; /* [classes] */
    training_sums sums;
    int32_t *past;   /* [rows + causal_width] codes, from the first tap of the first moment on */
    float *past_values; /* the same as values, scalar in */
    /* Of the window. Inputs are led by BLOCK_ROWS rows of zeros: what was before it. */
    float *inputs;                /* [layers][BLOCK_ROWS + rows][residual] */
    float *tanhs, *sigmoids;      /* [layers][rows][dilated] */
    float *gated_gradients;       /* [layers][rows][dilated] of the loss by the gated outputs */
    float *input_gradients;       /* [BLOCK_ROWS + rows][residual], those before are dropped */
    /* Of a block. */
    float *gate_sums;             /* [BLOCK_ROWS][filter, gate] and their gradients */
    float *tap_gradients;         /* [BLOCK_ROWS][taps x residual] */
    float *block_gated, *block_gated_gradients; /* [BLOCK_ROWS][gated_row] */
    float *head[2], *head_gradients[2];         /* [BLOCK_ROWS][skip_row] after ReLU */
    float *logits;                /* [BLOCK_ROWS][class_row] and their gradients */
    const float **pieces;         /* [layers + taps] pointers for an operand */
} wavenet_window;

/* Layer `l`'s inputs at moment `row`; rows farther back than BLOCK_ROWS are all zeros alike. */
INLINE float *training_inputs(const wavenet_window *w, int l, int row) {
    size_t layer = (size_t)l * (size_t)(BLOCK_ROWS + w->rows);
    int at = row < -BLOCK_ROWS ? 0 : BLOCK_ROWS + row;
    return w->inputs + (layer + (size_t)at) * w->residual;
}

/* How many samples back tap `tap` of layer `l` lies. */
INLINE int64_t tap_delay(const wavenet_window *w, int l, int tap) {
    return (int64_t)(w->shape.filter_width - 1 - tap) * w->layers[l].dilation;
}

/* The row that lies `delay` before `row`, not farther back than there are rows. */
INLINE int row_before(int row, int64_t delay) {
    return delay > (int64_t)row + BLOCK_ROWS ? -BLOCK_ROWS : (int)(row - delay);
}

SHARED(void, training_pack, (wavenet_window *w, const wavenet_weights *weights));
SHARED(void, training_unpack, (const wavenet_window *w, const wavenet_gradients *to));
SHARED(void, training_layers, (wavenet_window *w, int row, int rows));
SHARED(double, training_head, (wavenet_window *w, const int64_t *codes, int row, int rows,
                               int backward));
SHARED(void, training_layers_back, (wavenet_window *w));

#endif
