/* What there is to know before a kernel is chosen. Compiled once, for any processor. */
#include <stdint.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "export.h"

#if defined(__x86_64__)
/* AMD's family 25, Zen 4, works on 512 bits in two halves, and spreading one number over them takes
 * an arithmetic unit's time: there AVX2 is the faster for products of many rows. */
static int halves_wide_vectors(void) {
    unsigned version = 0, b, c, d;
    __get_cpuid(1, &version, &b, &c, &d);
    unsigned family = (version >> 8 & 15) + (version >> 20 & 255);
    return __builtin_cpu_is("amd") && family == 25;
}
#endif

/* Bits: 1 AVX2 (with FMA's generation, x86-64-v3), 2 AVX-512 (F, BW, CD, DQ, VL: x86-64-v4),
 * 4 AVX-512 in halves. The compiler's run time asks the operating system too whether it saves the
 * wide registers. */
VISIBLE int32_t kernel_cpu_features(void) {
    int32_t features = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    int v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
             __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    int v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl");
    features = (v3 ? 1 : 0) | (v4 ? 2 : 0) | (v4 && halves_wide_vectors() ? 4 : 0);
#endif
    return features;
}

/* SHA-256 of the SHA-256s (in hexadecimal digits) of this library's sources, in the order of their
 * paths; CMakeLists.txt makes it, compiled.py checks it. */
VISIBLE const char *kernel_sources_digest(void) { return APPROX_SOURCES; }
