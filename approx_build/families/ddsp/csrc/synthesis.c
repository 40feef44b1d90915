/* The sound of DDSP: sines at multiples of a pitch, and noise through a filter for each frame. */
#include "core/float_state.h"
#include "core/vector.h"
#include "ddsp_tone.h"

typedef uint32_t uvec __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

/* sin(x pi / 2) / x by x squared, |x| <= 1: the odd polynomial that meets the sine at the Chebyshev
 * nodes (tests/families/ddsp/test_reference.py finds it again). */
INLINE vec quarter_sine(vec x) {
    vec s = x * x;
    vec p = s * 1.51671704e-4f + -4.67414384e-3f;
    p = p * s + 7.96899183e-2f;
    p = p * s + -6.45963760e-1f;
    p = p * s + 1.57079632f;
    return p * x;
}

/* The sine of a phase in parts of a turn, 2^32 of them. */
INLINE vec sine(uvec phase) {
    ivec turn = (ivec)phase;
    /* Beyond a quarter of a turn the sine comes back: half a turn less the phase. */
    ivec beyond = (turn > (1 << 30)) | (turn < -(1 << 30));
    ivec back = (ivec)((uvec)(ivec){0} + 0x80000000u - phase);
    ivec folded = (beyond & back) | (~beyond & turn);
    return quarter_sine(__builtin_convertvector(folded, vec) * 0x1p-30f);
}

/* The sums of one vector of samples, with the amplitudes of a frame and of the next one. */
INLINE vec tone_at(const ddsp_tone *t, int frame, size_t at, int place) {
    const float *now = t->amplitude + (size_t)frame * t->harmonics, *next = now + t->harmonics;
    uvec step = *(const uvec *)(t->phase + at), phase = {0};
    vec hz = load(t->hz + at), falling = {0}, rising = {0};
    for (int k = 0; k < t->harmonics; k++) {
        phase = phase + step;
        vec wave = choose(hz >= t->limit[k], (vec){0}, sine(phase));
        falling = falling + wave * now[k];
        rising = rising + wave * next[k];
    }
    return falling * load(t->fall + place) + rising * load(t->rise + place);
}

/* y [frames x hop]. Arrays of samples and of weights have room for a vector more. */
EXPORT(void, ddsp_harmonics, (const ddsp_tone *t, float *y)) {
    float_state found = float_state_enter();
    for (int m = 0; m < t->frames; m++)
        for (int i = 0; i < t->hop; i += LANES) {
            size_t at = (size_t)m * t->hop + i;
            store(y + at, tone_at(t, m, at, i));
        }
    float_state_write(found);
}

/* y[n + j] += noise[n] filter[n / hop][j] for n = 0, 1, ...; `taps` are padded with zeros to whole
 * vectors, and y has room for as many after the last noise. */
EXPORT(void, ddsp_noise, (const float *noise, const float *filter, int32_t frames, int32_t hop,
                          int32_t taps, float *y)) {
    float_state found = float_state_enter();
    for (int m = 0; m < frames; m++, filter += taps)
        for (int i = 0; i < hop; i++, noise++, y++)
            for (int j = 0; j < taps; j += LANES)
                store(y + j, load(y + j) + load(filter + j) * *noise);
    float_state_write(found);
}
