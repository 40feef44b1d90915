/* Clips drawn from a SampleRNN, and its logits. */
#include "codes.h"
#include "samplernn.h"

RUNNER(samplernn) {
    samplernn_shape s;
    int32_t *sizes[] = {&s.tiers, &s.layers, &s.width, &s.embedding, &s.classes,
                        &s.hidden_layers, &s.reset_before, &s.first_relu, &s.top_input};
    for (int i = 0; i < 9; i++) *sizes[i] = (int32_t)given(c);
    s.frame_sizes = given_ints(c);
    samplernn_tier_weights *tiers = memory((size_t)s.tiers * sizeof *tiers);
    samplernn_gru_weights *grus = memory((size_t)s.tiers * s.layers * sizeof *grus);
    for (int k = 0; k < s.tiers; k++) {
        samplernn_tier_weights *t = &tiers[k];
        const float **of_tier[] = {&t->start, &t->input, &t->input_bias, &t->upsample,
                                   &t->upsample_bias};
        for (int i = 0; i < 5; i++) *of_tier[i] = drawn_floats(c);
        for (int l = 0; l < s.layers; l++) {
            samplernn_gru_weights *g = &grus[k * s.layers + l];
            const float **of_gru[] = {&g->input, &g->input_bias, &g->state, &g->state_bias};
            for (int i = 0; i < 4; i++) *of_gru[i] = drawn_floats(c);
        }
    }
    samplernn_weights w = {.tiers = tiers, .grus = grus};
    const float **others[] = {&w.embedding, &w.input, &w.hidden, &w.hidden_bias, &w.output,
                              &w.output_bias};
    for (int i = 0; i < 6; i++) *others[i] = drawn_floats(c);
    w.levels = given_floats(c);
    void *network = ((code_network_new)function("samplernn_network_new"))(&s, &w);
    draw_clips(c, network, (code_batch_new)function("samplernn_batch_new"));
    ((code_free)function("samplernn_network_free"))(network);
}
