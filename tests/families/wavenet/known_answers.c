/* Clips drawn from a WaveNet, and its logits. */
#include "codes.h"
#include "wavenet.h"

static void *network(known_case *c) {
    wavenet_shape s;
    int32_t *sizes[] = {&s.layers, &s.filter_width, &s.residual, &s.dilated, &s.skip,
                        &s.classes, &s.scalar_input, &s.causal_width};
    for (int i = 0; i < 8; i++) *sizes[i] = (int32_t)given(c);
    s.dilations = given_ints(c);
    wavenet_weights w;
    const float **tensors[] = {&w.causal, &w.filter, &w.gate, &w.filter_bias, &w.gate_bias,
                               &w.dense, &w.dense_bias, &w.skip, &w.skip_bias, &w.post1,
                               &w.post1_bias, &w.post2, &w.post2_bias};
    for (int i = 0; i < 13; i++) *tensors[i] = drawn_floats(c);
    w.values = given_floats(c);
    return ((code_network_new)function("wavenet_network_new"))(&s, &w);
}

RUNNER(wavenet) {
    void *weights = network(c);
    draw_clips(c, weights, (code_batch_new)function("wavenet_batch_new"));
    ((code_free)function("wavenet_network_free"))(weights);
}
