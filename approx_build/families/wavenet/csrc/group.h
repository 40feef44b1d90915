/* Clips drawn in lock step by one thread: their rings of past activations and their next step. */
#ifndef APPROX_WAVENET_GROUP_H
#define APPROX_WAVENET_GROUP_H

#include "lockstep/clip.h"
#include "network.h"

typedef struct {
    clip_group clips; /* the first member: see clip.h */
    arena memory;     /* of everything below */
    const wavenet_network *network;
    float **rings; /* per layer [slots][size][residual_row]: its inputs, now and before */
    int *now;      /* per layer: the slot of this step */
    float **begun; /* per layer [lookahead][work_row], of a clip alone: sums begun in advance */
    const float **taps, **dilated; /* operand pieces: filter taps, outputs of all layers */
    int32_t *past_codes;           /* [size][causal_width], newest last */
    float *past_values;            /* the same, as values, when the input is scalar */
    float *work;                   /* [size][work_row] sums of one layer */
    float *gated;                  /* [size][gated_row] gated outputs of all layers */
    float *hidden[2], *logits;     /* [size][head_row] */
    size_t work_row, gated_row, head_row;
} wavenet_group;

#define MOST_LOOKAHEAD 8

/* Steps for which a layer's sums over past inputs can be made at once, since dilation lets all
 * of them lie in the past: a power of two that divides the dilation. For a clip alone this saves
 * fetching half of the weights; in company they are fetched once for all clips anyway. */
INLINE int lookahead(const wavenet_group *g, int layer) {
    int dilation = g->network->layers[layer].dilation, steps = 1;
    while (g->clips.size == 1 && steps < MOST_LOOKAHEAD && dilation % (2 * steps) == 0) steps *= 2;
    return steps;
}

/* A whole number of lookaheads, so that their steps lie side by side in the ring. */
INLINE int ring_slots(const wavenet_group *g, int layer) {
    int reach = (g->network->shape.filter_width - 1) * g->network->layers[layer].dilation;
    return round_up(reach + 1, lookahead(g, layer));
}

INLINE size_t slot_floats(const wavenet_group *g) {
    return (size_t)g->clips.size * g->network->residual_row;
}

/* The three parts of a group_kind (batch.h). */
SHARED(int, wavenet_group_init, (void *group, const void *network));
SHARED(int, wavenet_group_step, (void *group));
SHARED(void, wavenet_group_free, (void *group));

#endif
