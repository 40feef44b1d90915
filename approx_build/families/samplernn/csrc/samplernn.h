/* SampleRNN: what a caller passes in; library.py mirrors these.
 *
 * Weights lie as [input][output], gates as r, z, n side by side; see parameters.py for the names.
 */
#ifndef APPROX_SAMPLERNN_H
#define APPROX_SAMPLERNN_H

#include <stdint.h>

typedef struct {
    int32_t tiers, layers, width, embedding, classes, hidden_layers;
    int32_t reset_before; /* 1: the reset gate acts before the product with the state */
    int32_t first_relu;   /* 1: a ReLU on the first layer of the sample tier */
    int32_t top_input;    /* 0: the top tier's first layer hears the frame itself */
    const int32_t *frame_sizes; /* [tiers], the lowest first */
} samplernn_shape;

typedef struct {
    const float *input, *input_bias; /* [width or frame][3 width], [3 width] */
    const float *state, *state_bias; /* [width][3 width], [3 width] or NULL */
} samplernn_gru_weights;

/* NULL for what the network has not got. */
typedef struct {
    const float *start;                   /* [layers][width] */
    const float *input, *input_bias;      /* [frame][width], [width] */
    const float *upsample, *upsample_bias; /* [ratio][width][width], [ratio][width] */
} samplernn_tier_weights;

typedef struct {
    const samplernn_tier_weights *tiers;  /* [tiers] */
    const samplernn_gru_weights *grus;    /* [tiers][layers] */
    const float *embedding;               /* [classes][embedding] */
    const float *input;                   /* [lowest frame][embedding][width] */
    const float *hidden, *hidden_bias;    /* [hidden_layers][width][width], [hidden_layers][width] */
    const float *output, *output_bias;    /* [width][classes], [classes] */
    const float *levels;                  /* [classes] what frame tiers hear of a class */
} samplernn_weights;

#endif
