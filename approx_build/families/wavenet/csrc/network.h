/* WaveNet's weights, packed for the product of this instruction set. */
#ifndef APPROX_WAVENET_NETWORK_H
#define APPROX_WAVENET_NETWORK_H

#include "core/product.h"
#include "wavenet.h"

/* Rows of activations are padded to whole vectors of any instruction set. */
#define ROW_STEP 16

typedef struct {
    int dilation;
    matrix gate;  /* taps x residual -> filter and gate, side by side in each panel */
    matrix dense; /* dilated -> residual */
} wavenet_layer;

typedef struct {
    arena memory; /* of everything below */
    wavenet_shape shape;
    int residual_row, dilated_row; /* padded floats per row */
    float *causal;                 /* classes in: [causal_width][classes][residual_row] */
    matrix causal_scalar;          /* scalar in: causal_width -> residual */
    wavenet_layer *layers;
    matrix skip, post1, post2;
    float *values;  /* [classes] */
    float *silence; /* [classes, padded] squared distance from silence, 1 the farthest */
} wavenet_network;

#endif
