/* Clips of codes: read from a case, drawn by a family's batches, answered. */
#include "codes.h"

#define MOST_CLIPS 64
#define SLICE 7 /* steps of one call */

typedef int32_t (*batch_run)(void *, int64_t);

static code_clip given_clip(known_case *c, size_t classes) {
    code_clip one;
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

static void draw(known_case *c, void *network, code_batch_new open, const code_clip *clips,
                 int32_t count) {
    int32_t most = c->batch ? c->batch : MOST_CLIPS;
    void *batch = open(network, clips, count, c->threads, most);
    while (((batch_run)function("code_batch_run"))(batch, SLICE) == CODES_MORE)
        ;
    ((code_free)function("code_batch_free"))(batch);
}

void draw_clips(known_case *c, void *network, code_batch_new open) {
    code_clip clips[MOST_CLIPS];
    size_t classes = (size_t)given(c);
    int32_t count = (int32_t)given(c);
    for (int32_t i = 0; i < count; i++) clips[i] = given_clip(c, classes);
    if (c->batch == 1)
        for (int32_t i = 0; i < count; i++) draw(c, network, open, &clips[i], 1);
    else
        draw(c, network, open, clips, count);
    for (int32_t i = 0; i < count; i++) {
        answer(clips[i].codes, (size_t)clips[i].length);
        size_t steps = (size_t)(clips[i].prime_length + clips[i].length);
        answer(clips[i].logits, steps * classes * sizeof(float));
    }
}
