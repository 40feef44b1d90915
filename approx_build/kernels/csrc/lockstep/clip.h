/* Clips of codes, drawn one code after another: what a caller passes in; the engine's library.py
 * mirrors it.
 */
#ifndef APPROX_LOCKSTEP_CLIP_H
#define APPROX_LOCKSTEP_CLIP_H

#include "core/vector.h"

#define CODES_DONE 0       /* every clip has its length */
#define CODES_MORE 1       /* call again */
#define CODES_NOT_FINITE 2 /* the network's logits overflowed */

/* One clip to draw. `prime` is run through the network first and is not part of `codes`. */
typedef struct {
    uint64_t key[2];
    int64_t first_draw; /* the word of the stream that draws the first sample */
    int64_t prime_length, length;
    const uint8_t *prime;
    const float *temperature; /* [length], or [1] when `steady` */
    int32_t steady;
    int32_t top_k;
    float towards_silence;
    uint8_t *codes; /* [length], written */
    float *logits;  /* [prime_length + length][classes], written; or NULL */
} code_clip;

/* Clips that one thread draws in lock step, the longest first: those still being drawn come before
 * those done. The first member of a network's own group. */
typedef struct {
    code_clip *clips;
    int size, active;
    int64_t step;
} clip_group;

/* Whether this step's logits are wanted: not while every clip is still being primed. */
SHARED(int, wants_logits, (const clip_group *group));

/* The code of a clip at `step`: given by its prime, or drawn from `logits` [classes], which change.
 * `silence` [classes, padded] as pack_silence. -1: the logits are not finite. */
SHARED(int, next_code, (const code_clip *clip, int64_t step, float *logits, const float *silence,
                        int classes));

/* The squared distance of each class from silence, 1 the farthest. */
SHARED(void, pack_silence, (float *silence, int classes));

#endif
