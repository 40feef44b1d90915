/* The memory of a group of clips. */
#include "group.h"

#include "core/memory.h"

/* Place all arrays in the group's memory, or only measure it while there is none. Rows are
 * ROW_STEP floats longer than they need be, so that they do not share cache sets. */
static void place(wavenet_group *g) {
    const wavenet_network *n = g->network;
    size_t size = (size_t)g->clips.size, past = size * n->shape.causal_width;
    size_t gates = row_floats(&n->layers[0].gate), dense = row_floats(&n->layers[0].dense);
    size_t skip = row_floats(&n->skip), classes = row_floats(&n->post2);
    g->work_row = gates > dense ? gates : dense;
    g->gated_row = (size_t)n->shape.layers * n->dilated_row + ROW_STEP;
    g->head_row = (skip > classes ? skip : classes) + ROW_STEP;
    g->work = arena_take(&g->memory, size * g->work_row * sizeof(float));
    g->gated = arena_take(&g->memory, size * g->gated_row * sizeof(float));
    g->hidden[0] = arena_take(&g->memory, size * g->head_row * sizeof(float));
    g->hidden[1] = arena_take(&g->memory, size * g->head_row * sizeof(float));
    g->logits = arena_take(&g->memory, size * g->head_row * sizeof(float));
    g->past_codes = arena_take(&g->memory, past * sizeof(int32_t));
    g->past_values = arena_take(&g->memory, past * sizeof(float));
    for (int l = 0; l < n->shape.layers; l++)
        g->begun[l] = arena_take(&g->memory, lookahead(g, l) * g->work_row * sizeof(float));
    for (int l = 0; l < n->shape.layers; l++)
        g->rings[l] = arena_take(&g->memory, ring_slots(g, l) * slot_floats(g) * sizeof(float));
}

/* Silence so far: the middle class (and the value 0, which memory holds already). */
static void silence(wavenet_group *g) {
    size_t count = (size_t)g->clips.size * g->network->shape.causal_width;
    for (size_t i = 0; i < count; i++) g->past_codes[i] = g->network->shape.classes / 2;
}

int wavenet_group_init(void *group, const void *network) {
    wavenet_group *g = group;
    g->network = network;
    const wavenet_shape *s = &g->network->shape;
    g->rings = reserve((size_t)s->layers * sizeof *g->rings);
    g->now = reserve((size_t)s->layers * sizeof *g->now);
    g->taps = reserve((size_t)s->filter_width * sizeof *g->taps);
    g->dilated = reserve((size_t)s->layers * sizeof *g->dilated);
    g->begun = reserve((size_t)s->layers * sizeof *g->begun);
    if (!g->rings || !g->now || !g->begun || !g->taps || !g->dilated) return 0;
    place(g);
    if (!arena_open(&g->memory, g->memory.used)) return 0;
    place(g);
    silence(g);
    for (int l = 0; l < s->layers; l++)
        g->dilated[l] = g->gated + (size_t)l * g->network->dilated_row;
    return 1;
}

void wavenet_group_free(void *group) {
    wavenet_group *g = group;
    release(g->rings);
    release(g->now);
    release(g->begun);
    release((void *)g->taps);
    release((void *)g->dilated);
    release(g->memory.block);
}
