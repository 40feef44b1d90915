/* WaveNet: what a caller passes in; compiled.py mirrors these.
 *
 * Weights lie as [tap][input][output], tap 0 the oldest; see parameters.py for the names.
 */
#ifndef APPROX_WAVENET_H
#define APPROX_WAVENET_H

#include <stdint.h>

typedef struct {
    int32_t layers, filter_width, residual, dilated, skip, classes;
    int32_t scalar_input; /* 1: the input is a sample's value, not its class */
    int32_t causal_width; /* taps of the causal layer */
    const int32_t *dilations;
} wavenet_shape;

/* Biases are NULL when the network has none. */
typedef struct {
    const float *causal;                    /* [causal_width][classes or 1][residual] */
    const float *filter, *gate;             /* [layers][filter_width][residual][dilated] */
    const float *filter_bias, *gate_bias;   /* [layers][dilated] */
    const float *dense, *dense_bias;        /* [layers][dilated][residual], [layers][residual] */
    const float *skip, *skip_bias;          /* [layers][dilated][skip], [layers][skip] */
    const float *post1, *post1_bias;        /* [skip][skip], [skip] */
    const float *post2, *post2_bias;        /* [skip][classes], [classes] */
    const float *values;                    /* [classes] the sample each class stands for */
} wavenet_weights;

#endif
