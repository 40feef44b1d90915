/* DDSP: what the bank of sines is given; library.py mirrors it. */
#ifndef APPROX_DDSP_TONE_H
#define APPROX_DDSP_TONE_H

#include <stdint.h>

typedef struct {
    const uint32_t *phase;    /* [samples] of the pitch, in 2^32nds of a turn */
    const float *hz;          /* [samples] the pitch */
    const float *amplitude;   /* [frames + 1][harmonics] */
    const float *limit;       /* [harmonics] the pitch from which on a harmonic is left out, Hz */
    const float *fall, *rise; /* [hop] weights of a frame and of the next one */
    int32_t frames, hop, harmonics;
} ddsp_tone;

#endif
