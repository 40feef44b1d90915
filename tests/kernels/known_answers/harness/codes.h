/* Clips of codes, drawn one code after another, as cases of every family that draws them have them. */
#ifndef APPROX_CODES_H
#define APPROX_CODES_H

#include "harness.h"
#include "lockstep/clip.h"

typedef void *(*code_network_new)(const void *shape, const void *weights);
typedef void *(*code_batch_new)(void *network, const code_clip *clips, int32_t count,
                                int32_t threads, int32_t most);
typedef void (*code_free)(void *);

/* Read the clips of a case, draw them from a network, and answer with their codes and logits. */
void draw_clips(known_case *c, void *network, code_batch_new open);

#endif
