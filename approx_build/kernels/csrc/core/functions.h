/* exp, sigmoid, tanh, the gated activation and GELU, made of + - x / and integer bit operations only.
 *
 * The polynomial of exp is expf of the Cephes library (Moshier, 1992): relative error < 2^-23 on
 * |x| <= 87. The compiler's own libm is never called: it differs between systems.
 */
#ifndef APPROX_FUNCTIONS_H
#define APPROX_FUNCTIONS_H

#include "vector.h"

#define EXP_LIMIT 87.0f
#define TANH_LIMIT 9.0f
#define SIGMOID_LIMIT 30.0f

/* e^x = (1 + rest) power. */
typedef struct {
    vec rest, power;
} exponential;

/* For |x| <= 87: x = n ln 2 + r, n whole and |r| <= ln(2) / 2. */
INLINE exponential exponential_within(vec x) {
    const float magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to a whole number */
    vec shifted = x * 1.44269504f + magic;
    vec n = shifted - magic;
    vec r = (x - n * 0.693359375f) + n * 2.12194440e-4f; /* ln 2 in two parts, the first exact */
    vec p = r * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    ivec exponent = (ivec)shifted - 0x4B400000; /* bits of `magic` + n, less those of `magic` */
    return (exponential){(p * r) * r + r, (vec)((exponent + 127) << 23)};
}

/* e^x for |x| <= 87. */
INLINE vec exp_within(vec x) {
    exponential e = exponential_within(x);
    return (e.rest + 1.0f) * e.power;
}

/* e^x, x taken into [-87, 87] first. */
INLINE vec exp_clamped(vec x) {
    return exp_within(at_least(at_most(x, EXP_LIMIT), -EXP_LIMIT));
}

/* tanh(f) sigmoid(g) = (e^2f - 1) / ((e^2f + 1) (e^-g + 1)). */
INLINE vec gated(vec f, vec g) {
    f = at_least(at_most(f, TANH_LIMIT), -TANH_LIMIT);
    g = at_least(at_most(g, SIGMOID_LIMIT), -SIGMOID_LIMIT);
    vec a = exp_within(f + f), b = exp_within(-g);
    return (a - 1.0f) / ((a + 1.0f) * (b + 1.0f));
}

/* 1 / (1 + e^-x). */
INLINE vec sigmoid(vec x) {
    x = at_least(at_most(x, SIGMOID_LIMIT), -SIGMOID_LIMIT);
    return 1.0f / (exp_within(-x) + 1.0f);
}

/* (e^2x - 1) / (e^2x + 1). */
INLINE vec hyperbolic_tangent(vec x) {
    x = at_least(at_most(x, TANH_LIMIT), -TANH_LIMIT);
    vec a = exp_within(x + x);
    return (a - 1.0f) / (a + 1.0f);
}

#define GELU_LIMIT 5.5f

/* x Phi(x), Phi the normal distribution: Phi(z) = 1/2 + z P(z^2) / Q(z^2), z = x taken into
 * [-5.5, 5.5], where Phi is 0 or 1 to float's last bit. P / Q is the rational function that meets
 * (Phi(z) - 1/2) / z at the 12 Chebyshev nodes of z^2 in [0, 5.5^2]; Phi is within 7e-9, and within
 * 2.2e-7 in float (tests/kernels/test_reference.py finds them again). */
INLINE vec gelu(vec x) {
    vec z = at_least(at_most(x, GELU_LIMIT), -GELU_LIMIT), s = z * z;
    vec p = s * -8.417393731e-11f + 5.638659709e-8f;
    p = p * s + 8.680846539e-6f;
    p = p * s + 1.679297266e-4f;
    p = p * s + 4.805611585e-3f;
    p = p * s + 3.233805352e-2f;
    p = p * s + 3.989422944e-1f;
    vec q = s * 2.094544052e-6f + 8.216972802e-5f;
    q = q * s + 1.926740417e-3f;
    q = q * s + 2.833293534e-2f;
    q = q * s + 2.477264977e-1f;
    q = q * s + 1.0f;
    return x * ((z * p) / q + 0.5f);
}

#endif
