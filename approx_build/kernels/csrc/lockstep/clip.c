/* The next code of a clip, given or drawn. */
#include "clip.h"

#include <string.h>

#include "core/draw.h"

int wants_logits(const clip_group *g) {
    for (int c = 0; c < g->active; c++)
        if (g->step >= g->clips[c].prime_length || g->clips[c].logits) return 1;
    return 0;
}

int next_code(const code_clip *c, int64_t step, float *logits, const float *silence, int classes) {
    if (c->logits)
        memcpy(c->logits + (size_t)step * classes, logits, (size_t)classes * sizeof(float));
    int64_t sample = step - c->prime_length;
    if (sample < 0) return c->prime[step];
    draw_choice choice = {
        .temperature = c->temperature[c->steady ? 0 : sample],
        .towards_silence = c->towards_silence,
        .top_k = c->top_k,
        .uniform = philox_uniform(c->key[0], c->key[1], (uint64_t)(c->first_draw + sample)),
    };
    int code = draw(logits, silence, classes, &choice);
    if (code >= 0) c->codes[sample] = (uint8_t)code;
    return code;
}

void pack_silence(float *silence, int classes) {
    int centre = classes / 2;
    for (int q = 0; q < classes; q++) {
        float distance = (float)(q - centre) / (float)centre;
        silence[q] = distance * distance;
    }
}
