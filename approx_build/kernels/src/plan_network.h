/* A network's weights, packed for the product of this instruction set. */
#ifndef APPROX_PLAN_NETWORK_H
#define APPROX_PLAN_NETWORK_H

#include "plan.h"
#include "product.h"

typedef struct {
    arena memory; /* of everything below */
    int maps, norms;
    matrix *map;
    plan_norm_weights *norm;
} plan_network;

/* NULL when memory is short. */
plan_network *plan_network_new(const plan_map *maps, int32_t map_count,
                               const plan_norm_weights *norms, int32_t norm_count);
void plan_network_free(plan_network *network);

#endif
