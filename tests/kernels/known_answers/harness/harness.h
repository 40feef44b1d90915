/* Known answers of the kernels: what a case is given, and where its results go.
 *
 * A case is a line of words: the runner, the name, whole numbers. What the numbers mean is the
 * runner's own; floats are given as their bits, or drawn from the generator that
 * tests/kernels/known_answers/numbers.py states.
 */
#ifndef APPROX_HARNESS_H
#define APPROX_HARNESS_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *name;
    const int64_t *next, *end;
    uint64_t block;         /* of the generator */
    int32_t threads, batch; /* batch: how much of the case is worked on at once; 0: all of it */
} known_case;

/* The next number of the case. */
int64_t given(known_case *c);

/* The next number of the case, the bits of a float. */
float given_float(known_case *c);
double given_double(known_case *c);

/* As many numbers of the case as it says first; NULL for none. Never freed. */
int32_t *given_ints(known_case *c);
float *given_floats(known_case *c);
double *given_doubles(known_case *c);

/* The next block of the generator; the case says how many and how small. NULL for none. */
float *drawn_floats(known_case *c);
double *drawn_doubles(known_case *c);

/* Zeroed memory; ends the program when there is none. */
void *memory(size_t bytes);

/* The kernel's function of this name. */
void *function(const char *name);

/* Add bytes to the answer. */
void answer(const void *bytes, size_t count);

typedef void (*known_runner)(known_case *c);

/* Name a runner: RUNNER(name) { ... } has the case in `c`. */
void add_runner(const char *name, known_runner run);
#define RUNNER(name) \
    static void run_##name(known_case *c); \
    __attribute__((constructor)) static void add_##name(void) { add_runner(#name, run_##name); } \
    static void run_##name(known_case *c)

#endif
