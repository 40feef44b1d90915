/* DDSP: layers of the control network, as library.py holds them. */
#ifndef APPROX_DDSP_H
#define APPROX_DDSP_H

#include "core/product.h"

/* Rows of activations are padded to whole vectors of any instruction set. */
#define ROW_STEP 16

/* A dense layer, perhaps with a norm over its outputs and leaky ReLU after it. */
typedef struct {
    arena memory;
    matrix map;
    float *norm_weight, *norm_bias; /* NULL: the product alone */
} ddsp_layer;

#endif
