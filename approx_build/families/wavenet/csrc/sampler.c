/* WaveNet's batches of clips. */
#include "group.h"

#include "lockstep/batch.h"

static const group_kind wavenet_groups = {
    .group_bytes = sizeof(wavenet_group),
    .init = wavenet_group_init,
    .step = wavenet_group_step,
    .free = wavenet_group_free,
};

/* As code_batch_new. */
EXPORT(code_batch *, wavenet_batch_new, (const wavenet_network *network, const code_clip *clips,
                                         int32_t count, int32_t threads, int32_t most)) {
    return code_batch_new(&wavenet_groups, network, clips, count, threads, most);
}
