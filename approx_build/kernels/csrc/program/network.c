/* Pack the weights of a network that a program runs. */
#include "network.h"

#include "core/float_state.h"

static size_t network_bytes(const program_map *maps, int map_count,
                            const program_norm_weights *norms, int norm_count) {
    size_t bytes = arena_bytes((size_t)map_count * sizeof(matrix)) +
                   arena_bytes((size_t)norm_count * sizeof *norms);
    for (int i = 0; i < map_count; i++)
        bytes += matrix_bytes(maps[i].taps * maps[i].channels, maps[i].outputs);
    for (int i = 0; i < norm_count; i++)
        bytes += 2 * arena_bytes((size_t)norms[i].channels * sizeof(float));
    return bytes;
}

static const float *copied(arena *memory, const float *from, int count) {
    float *to = arena_take(memory, (size_t)count * sizeof(float));
    return to ? memcpy(to, from, (size_t)count * sizeof(float)) : NULL;
}

static int pack(program_network *n, const program_map *maps, const program_norm_weights *norms) {
    n->map = arena_take(&n->memory, (size_t)n->maps * sizeof *n->map);
    n->norm = arena_take(&n->memory, (size_t)n->norms * sizeof *n->norm);
    if (!n->map || !n->norm) return 0;
    for (int i = 0; i < n->maps; i++)
        if (!matrix_pack_taps(&n->map[i], &n->memory, maps[i].taps, maps[i].channels,
                              maps[i].outputs, maps[i].weights, maps[i].bias))
            return 0;
    for (int i = 0; i < n->norms; i++) {
        int channels = norms[i].channels;
        n->norm[i].channels = channels;
        n->norm[i].weight = copied(&n->memory, norms[i].weight, channels);
        n->norm[i].bias = copied(&n->memory, norms[i].bias, channels);
        if (!n->norm[i].weight || !n->norm[i].bias) return 0;
    }
    return 1;
}

EXPORT(void, program_network_free, (program_network *n)) {
    release(n->memory.block);
    release(n);
}

/* NULL when memory is short. */
EXPORT(program_network *, program_network_new, (const program_map *maps, int32_t map_count,
                                                const program_norm_weights *norms,
                                                int32_t norm_count)) {
    program_network *n = reserve(sizeof *n);
    if (!n) return NULL;
    n->maps = map_count;
    n->norms = norm_count;
    float_state found = float_state_enter();
    int done = arena_open(&n->memory, network_bytes(maps, map_count, norms, norm_count)) &&
               pack(n, maps, norms);
    float_state_write(found);
    if (done) return n;
    program_network_free(n);
    return NULL;
}
