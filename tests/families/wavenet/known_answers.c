/* Clips drawn from a WaveNet, and its logits. */
#include "harness.h"
#include "wavenet.h"

#define MOST_CLIPS 64
#define SLICE 7 /* steps of one call */

typedef void *(*network_new)(const wavenet_shape *, const wavenet_weights *);
typedef void *(*batch_new)(void *, const wavenet_clip *, int32_t, int32_t, int32_t);
typedef int32_t (*batch_run)(void *, int64_t);
typedef void (*free_one)(void *);

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
    return ((network_new)function("wavenet_network_new"))(&s, &w);
}

static wavenet_clip clip(known_case *c, size_t classes) {
    wavenet_clip one;
    one.key[0] = (uint64_t)given(c);
    one.key[1] = (uint64_t)given(c);
    one.first_draw = given(c);
    one.length = given(c);
    one.prime_length = *c->next;
    int32_t *prime = given_ints(c);
    uint8_t *codes = memory((size_t)one.prime_length);
    for (int64_t i = 0; i < one.prime_length; i++) codes[i] = (uint8_t)prime[i];
    one.prime = codes;
    one.steady = *c->next == 1;
    one.temperature = given_floats(c);
    one.top_k = (int32_t)given(c);
    one.towards_silence = given_float(c);
    one.codes = memory((size_t)one.length);
    one.logits = memory((size_t)(one.prime_length + one.length) * classes * sizeof(float));
    return one;
}

static void draw(known_case *c, void *weights, const wavenet_clip *clips, int32_t count) {
    int32_t most = c->batch ? c->batch : MOST_CLIPS;
    void *batch = ((batch_new)function("wavenet_batch_new"))(weights, clips, count, c->threads, most);
    while (((batch_run)function("wavenet_batch_run"))(batch, SLICE) == WAVENET_MORE)
        ;
    ((free_one)function("wavenet_batch_free"))(batch);
}

RUNNER(wavenet) {
    wavenet_clip clips[MOST_CLIPS];
    void *weights = network(c);
    size_t classes = (size_t)given(c);
    int32_t count = (int32_t)given(c);
    for (int32_t i = 0; i < count; i++) clips[i] = clip(c, classes);
    if (c->batch == 1)
        for (int32_t i = 0; i < count; i++) draw(c, weights, &clips[i], 1);
    else
        draw(c, weights, clips, count);
    for (int32_t i = 0; i < count; i++) {
        answer(clips[i].codes, (size_t)clips[i].length);
        size_t steps = (size_t)(clips[i].prime_length + clips[i].length);
        answer(clips[i].logits, steps * classes * sizeof(float));
    }
    ((free_one)function("wavenet_network_free"))(weights);
}
