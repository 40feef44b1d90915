/* Clips drawn in lock step by one thread: their rings of past activations and their next step. */
#ifndef APPROX_WAVENET_GROUP_H
#define APPROX_WAVENET_GROUP_H

#include "network.h"

typedef struct {
    arena memory; /* of everything below but the clips */
    const wavenet_network *network;
    wavenet_clip *clips; /* longest first: those still being drawn come before those done */
    int size, active;
    int64_t step;
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
    while (g->size == 1 && steps < MOST_LOOKAHEAD && dilation % (2 * steps) == 0) steps *= 2;
    return steps;
}

/* A whole number of lookaheads, so that their steps lie side by side in the ring. */
INLINE int ring_slots(const wavenet_group *g, int layer) {
    int reach = (g->network->shape.filter_width - 1) * g->network->layers[layer].dilation;
    return round_up(reach + 1, lookahead(g, layer));
}

INLINE size_t slot_floats(const wavenet_group *g) {
    return (size_t)g->size * g->network->residual_row;
}

/* Take over `size` clips (an array of this group's own). 0 when memory is short. */
SHARED(int, wavenet_group_init, (wavenet_group *group, const wavenet_network *network,
                                 wavenet_clip *clips, int size));
SHARED(void, wavenet_group_free, (wavenet_group *group));

/* Draw up to `steps` further samples of every clip; a WAVENET_ status. */
SHARED(int, wavenet_group_run, (wavenet_group *group, int64_t steps));

#endif
