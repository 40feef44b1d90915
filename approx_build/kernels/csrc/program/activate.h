/* Functions of the numbers in rows: what a step applies before its map, or alone. */
#ifndef APPROX_PROGRAM_ACTIVATE_H
#define APPROX_PROGRAM_ACTIVATE_H

#include "core/functions.h"
#include "program.h"

/* A norm's factors, NULL for none; a function, and what it needs. */
typedef struct {
    const float *scale, *shift;
    int function;
    float slope;
} activation;

INLINE vec relu(vec x) { return choose(x < 0.0f, splat(0.0f), x); }
INLINE vec leaky_relu(vec x, float slope) { return choose(x < 0.0f, x * slope, x); }

/* Vectors `begin` to `end`; `function` is a constant where this is called. */
INLINE void activate_by(int function, const activation *a, const float *from, int begin, int end,
                        float *to) {
    for (int v = begin; v < end; v++) {
        vec x = load(from + (size_t)v * LANES);
        if (a->scale) x = x * load(a->scale + v * LANES) + load(a->shift + v * LANES);
        if (function == FUNCTION_GELU) x = gelu(x);
        if (function == FUNCTION_RELU) x = relu(x);
        if (function == FUNCTION_LEAKY) x = leaky_relu(x, a->slope);
        if (function == FUNCTION_TANH) x = hyperbolic_tangent(x);
        store(to + (size_t)v * LANES, x);
    }
}

INLINE void activate(const activation *a, const float *from, int begin, int end, float *to) {
    switch (a->function) {
    case FUNCTION_GELU: activate_by(FUNCTION_GELU, a, from, begin, end, to); return;
    case FUNCTION_RELU: activate_by(FUNCTION_RELU, a, from, begin, end, to); return;
    case FUNCTION_LEAKY: activate_by(FUNCTION_LEAKY, a, from, begin, end, to); return;
    case FUNCTION_TANH: activate_by(FUNCTION_TANH, a, from, begin, end, to); return;
    default: activate_by(FUNCTION_NONE, a, from, begin, end, to); return;
    }
}

#endif
