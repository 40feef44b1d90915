/* A batch of clips, dealt to threads and drawn in slices of steps. */
#ifndef APPROX_LOCKSTEP_BATCH_H
#define APPROX_LOCKSTEP_BATCH_H

#include "clip.h"

/* What a network does with a group of clips, whose memory begins with a `clip_group`. */
typedef struct {
    size_t group_bytes;
    int (*init)(void *group, const void *network); /* 0 when memory is short */
    int (*step)(void *group);                      /* one step of all active clips; a status */
    void (*free)(void *group);                     /* of what `init` has made, whole or not */
} group_kind;

typedef struct code_batch code_batch;

/* Clips must come longest first (prime and length together). `most`: clips in lock step. NULL when
 * memory is short. Python runs and frees a batch by code_batch_run and code_batch_free. */
SHARED(code_batch *, code_batch_new, (const group_kind *kind, const void *network,
                                      const code_clip *clips, int count, int threads, int most));

#endif
