/* The processor's floating-point modes while a kernel runs: round to nearest, subnormals kept.
 *
 * Other libraries set flush-to-zero for a whole thread. A kernel saves the modes, runs under its
 * own, and puts back what it found.
 */
#ifndef APPROX_FLOAT_STATE_H
#define APPROX_FLOAT_STATE_H

#include <stdint.h>

#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
typedef uint32_t float_state;
static inline float_state float_state_read(void) { return _mm_getcsr(); }
static inline void float_state_write(float_state state) { _mm_setcsr(state); }
/* All exceptions masked; rounding, flush-to-zero and denormals-are-zero fields clear. */
#define FLOAT_STATE_PORTABLE 0x1F80u
#elif defined(__aarch64__)
typedef uint64_t float_state;
static inline float_state float_state_read(void) {
    uint64_t state;
    __asm__ volatile("mrs %0, fpcr" : "=r"(state));
    return state;
}
static inline void float_state_write(float_state state) {
    __asm__ volatile("msr fpcr, %0" : : "r"(state));
}
#define FLOAT_STATE_PORTABLE 0u
#else
typedef uint32_t float_state;
static inline float_state float_state_read(void) { return 0; }
static inline void float_state_write(float_state state) { (void)state; }
#define FLOAT_STATE_PORTABLE 0u
#endif

/* Set the portable modes; returns those found, for `float_state_write`. */
static inline float_state float_state_enter(void) {
    float_state found = float_state_read();
    float_state_write(FLOAT_STATE_PORTABLE);
    return found;
}

#endif
