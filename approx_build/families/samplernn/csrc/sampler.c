/* SampleRNN's batches of clips. */
#include "group.h"

#include "lockstep/batch.h"

static const group_kind samplernn_groups = {
    .group_bytes = sizeof(samplernn_group),
    .init = samplernn_group_init,
    .step = samplernn_group_step,
    .free = samplernn_group_free,
};

/* As code_batch_new. */
EXPORT(code_batch *, samplernn_batch_new, (const samplernn_network *network,
                                           const code_clip *clips, int32_t count, int32_t threads,
                                           int32_t most)) {
    return code_batch_new(&samplernn_groups, network, clips, count, threads, most);
}
