/* SampleRNN's weights, packed for the product of this instruction set. */
#ifndef APPROX_SAMPLERNN_NETWORK_H
#define APPROX_SAMPLERNN_NETWORK_H

#include "core/product.h"
#include "samplernn.h"

/* Rows of activations are padded to whole vectors of any instruction set. */
#define ROW_STEP 16

typedef struct {
    matrix input;     /* what the layer hears -> r, z, n */
    matrix state;     /* width -> r, z, n; with reset_before r and z alone */
    matrix candidate; /* with reset_before: width -> n */
} samplernn_gru;

typedef struct {
    int frame, ratio; /* samples of a frame; rows for the tier below */
    int has_input;
    matrix input; /* frame -> width */
    samplernn_gru *grus;
    matrix *rows; /* [ratio] width -> width: upsampling */
    float *start; /* [layers][width_row] */
} samplernn_tier;

typedef struct {
    arena memory; /* of everything below */
    samplernn_shape shape;
    int width_row; /* padded floats per row */
    samplernn_tier *tiers;
    float *table; /* [lowest frame][classes][width_row]: embeddings through the first map */
    matrix *hidden, output;
    float *levels;  /* [classes] */
    float *silence; /* [classes, padded] squared distance from silence, 1 the farthest */
} samplernn_network;

#endif
