/* The memory of a group of clips, and how they start. */
#include "group.h"

#include "core/memory.h"

static float *take_rows(samplernn_group *g, size_t row) {
    return arena_take(&g->memory, (size_t)g->clips.size * row * sizeof(float));
}

/* Place all arrays in the group's memory, or only measure it while there is none. Rows of heads are
 * ROW_STEP floats longer than they need be, so that they do not share cache sets; rows of gates,
 * because the last gate begins anywhere and is read in whole vectors. */
static void place(samplernn_group *g) {
    const samplernn_network *n = g->network;
    size_t past = (size_t)g->clips.size * top_frame(n);
    size_t width = (size_t)n->width_row, classes = (size_t)round_up(n->shape.classes, ROW_STEP);
    g->gate_row = (size_t)round_up(3 * n->shape.width, ROW_STEP) + ROW_STEP;
    g->head_row = (width > classes ? width : classes) + ROW_STEP;
    g->codes = arena_take(&g->memory, past * sizeof(int32_t));
    g->values = arena_take(&g->memory, past * sizeof(float));
    g->states = take_rows(g, (size_t)n->shape.tiers * n->shape.layers * width);
    g->heard = take_rows(g, g->gate_row);
    g->held = take_rows(g, g->gate_row);
    g->input = take_rows(g, width);
    g->row = take_rows(g, width);
    g->reset = take_rows(g, width);
    g->candidate = take_rows(g, width);
    g->hidden[0] = take_rows(g, g->head_row);
    g->hidden[1] = take_rows(g, g->head_row);
    g->logits = take_rows(g, g->head_row);
}

/* Silence so far, and every layer at its first state. */
static void begin(samplernn_group *g) {
    const samplernn_network *n = g->network;
    size_t past = (size_t)g->clips.size * top_frame(n), row = (size_t)n->width_row;
    for (size_t i = 0; i < past; i++) {
        g->codes[i] = n->shape.classes / 2;
        g->values[i] = n->levels[g->codes[i]];
    }
    for (int k = 0; k < n->shape.tiers; k++)
        for (int l = 0; l < n->shape.layers; l++)
            for (int c = 0; c < g->clips.size; c++)
                memcpy(layer_states(g, k, l) + c * row, n->tiers[k].start + l * row,
                       row * sizeof(float));
}

int samplernn_group_init(void *group, const void *network) {
    samplernn_group *g = group;
    g->network = network;
    place(g);
    if (!arena_open(&g->memory, g->memory.used)) return 0;
    place(g);
    begin(g);
    return 1;
}

void samplernn_group_free(void *group) {
    samplernn_group *g = group;
    release(g->memory.block);
}
