/* A network's weights, packed for the product of this instruction set. */
#ifndef APPROX_PROGRAM_NETWORK_H
#define APPROX_PROGRAM_NETWORK_H

#include "core/product.h"
#include "program.h"

typedef struct {
    arena memory; /* of everything below */
    int maps, norms;
    matrix *map;
    program_norm_weights *norm;
} program_network;

#endif
