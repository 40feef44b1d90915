/* Clips drawn in lock step by one thread: their last codes, their states and their next step. */
#ifndef APPROX_SAMPLERNN_GROUP_H
#define APPROX_SAMPLERNN_GROUP_H

#include "lockstep/clip.h"
#include "network.h"

typedef struct {
    clip_group clips; /* the first member: see clip.h */
    arena memory;     /* of everything below */
    const samplernn_network *network;
    int32_t *codes; /* [size][top frame]: the code of step s at s mod top frame */
    float *values;  /* the same as frame tiers hear them */
    float *states;  /* [tiers][layers][size][width_row] */
    float *heard, *held;      /* [size][gate_row] the two products of a GRU layer */
    float *input, *row;       /* [size][width_row] what a tier hears; what the tier above says */
    float *reset, *candidate; /* [size][width_row] of GRUs with reset_before */
    float *hidden[2], *logits; /* [size][head_row] */
    size_t gate_row, head_row;
} samplernn_group;

/* The states of a layer [size][width_row]. */
INLINE float *layer_states(const samplernn_group *g, int tier, int layer) {
    const samplernn_network *n = g->network;
    size_t index = (size_t)tier * n->shape.layers + layer;
    return g->states + index * g->clips.size * n->width_row;
}

INLINE int top_frame(const samplernn_network *n) { return n->tiers[n->shape.tiers - 1].frame; }

/* The three parts of a group_kind (batch.h). */
SHARED(int, samplernn_group_init, (void *group, const void *network));
SHARED(int, samplernn_group_step, (void *group));
SHARED(void, samplernn_group_free, (void *group));

#endif
