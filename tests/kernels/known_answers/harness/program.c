/* Programs over a window of sound. */
#include "harness.h"
#include "program/program.h"

typedef void *(*network_new)(const program_map *, int32_t, const program_norm_weights *, int32_t);
typedef void *(*program_new)(void *, const program_step *, int32_t, const program_norm *, int32_t,
                             int64_t, int64_t, int32_t);
typedef void (*program_run)(void *, const float *, int32_t, const float *, float *);
typedef void (*free_one)(void *);

static void *network(known_case *c) {
    int32_t map_count = (int32_t)given(c);
    program_map *maps = memory((size_t)map_count * sizeof *maps);
    for (int32_t i = 0; i < map_count; i++) {
        maps[i].taps = (int32_t)given(c);
        maps[i].channels = (int32_t)given(c);
        maps[i].outputs = (int32_t)given(c);
        maps[i].weights = drawn_floats(c);
        maps[i].bias = drawn_floats(c);
    }
    int32_t norm_count = (int32_t)given(c);
    program_norm_weights *norms = memory((size_t)norm_count * sizeof *norms);
    for (int32_t i = 0; i < norm_count; i++) {
        norms[i].channels = (int32_t)given(c);
        norms[i].weight = drawn_floats(c);
        norms[i].bias = drawn_floats(c);
    }
    return ((network_new)function("program_network_new"))(maps, map_count, norms, norm_count);
}

static program_array array(known_case *c) {
    program_array a;
    a.at = given(c);
    a.channels = (int32_t)given(c);
    a.stride = (int32_t)given(c);
    return a;
}

static program_step *steps(known_case *c, int32_t *count) {
    *count = (int32_t)given(c);
    program_step *all = memory((size_t)*count * sizeof *all);
    for (program_step *s = all; s < all + *count; s++) {
        int32_t *fields[] = {&s->kind, &s->rows, &s->map, &s->taps, &s->norm, &s->function,
                             &s->measured, &s->strip, &s->heads, &s->given_rows, &s->stride,
                             &s->dilation, &s->before};
        for (int i = 0; i < 13; i++) *fields[i] = (int32_t)given(c);
        s->slope = given_float(c);
        s->given = array(c);
        s->joined = array(c);
        s->made = array(c);
    }
    return all;
}

static program_norm *norms(known_case *c, int32_t *count) {
    *count = (int32_t)given(c);
    program_norm *all = memory((size_t)*count * sizeof *all);
    for (program_norm *n = all; n < all + *count; n++) {
        n->at = given(c);
        int32_t *fields[] = {&n->weights, &n->rows, &n->channels, &n->stride};
        for (int i = 0; i < 4; i++) *fields[i] = (int32_t)given(c);
    }
    return all;
}

RUNNER(program) {
    void *weights = network(c);
    int32_t step_count, norm_count;
    program_step *step = steps(c, &step_count);
    program_norm *norm = norms(c, &norm_count);
    int64_t memory_floats = given(c), scratch_floats = given(c);
    void *program = ((program_new)function("program_new"))(
        weights, step, step_count, norm, norm_count, memory_floats, scratch_floats, c->threads);
    int32_t channels = (int32_t)given(c);
    size_t result_size = (size_t)given(c);
    for (int64_t windows = given(c); windows > 0; windows--) {
        const float *sound = drawn_floats(c), *time = drawn_floats(c);
        float *result = memory(result_size * sizeof *result);
        ((program_run)function("program_run"))(program, sound, channels, time, result);
        answer(result, result_size * sizeof *result);
    }
    ((free_one)function("program_free"))(program);
    ((free_one)function("program_network_free"))(weights);
}
