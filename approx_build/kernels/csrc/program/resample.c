/* Half and double the rows, smoothed by a fixed cubic kernel, mirrored at the ends. */
#include "steps.h"

#define MIDDLE_TAPS 8

/* Harmonai's cubic kernel (sample-generator, 2022): of 8 rows around the middle of two. */
static const float KERNEL[MIDDLE_TAPS] = {-0.01171875f, -0.03515625f, 0.11328125f, 0.43359375f,
                                          0.43359375f,  0.11328125f,  -0.03515625f, -0.01171875f};

/* Row `row` of `rows`, mirrored at the first and the last. */
INLINE int mirrored(int row, int rows) {
    if (row < 0) return -row;
    return row < rows ? row : 2 * (rows - 1) - row;
}

/* made = weight[0] from[0] + weight[1] from[1] + ... from left to right; whole vectors. */
INLINE void weighted(const float *const *from, const float *weight, int taps, int vectors,
                     float *made) {
    for (int v = 0; v < vectors; v++) {
        vec sum = load(from[0] + v * LANES) * weight[0];
        for (int k = 1; k < taps; k++) sum = sum + load(from[k] + v * LANES) * weight[k];
        store(made + v * LANES, sum);
    }
}

void program_halve(const program_pass *p, const program_step *s, program_part part) {
    const float *from[MIDDLE_TAPS];
    for (int row = part.row; row < part.row + part.rows; row++) {
        for (int k = 0; k < MIDDLE_TAPS; k++)
            from[k] = program_row(p, &s->given, mirrored(2 * row + k - 3, 2 * s->rows));
        weighted(from, KERNEL, MIDDLE_TAPS, part.end, program_row(p, &s->made, row));
    }
}

/* Even rows lie a quarter after a given row's place, odd ones a quarter before the next one's: each
 * takes every second number of the kernel, twice as strong, first row first. */
void program_double(const program_pass *p, const program_step *s, program_part part) {
    const float *from[MIDDLE_TAPS / 2];
    for (int row = part.row; row < part.row + part.rows; row++) {
        int odd = row & 1;
        float weight[MIDDLE_TAPS / 2];
        for (int k = 0; k < MIDDLE_TAPS / 2; k++) {
            from[k] = program_row(p, &s->given, mirrored(row / 2 + k - 2 + odd, s->rows / 2));
            weight[k] = 2.0f * KERNEL[MIDDLE_TAPS - 1 - odd - 2 * k];
        }
        weighted(from, weight, MIDDLE_TAPS / 2, part.end, program_row(p, &s->made, row));
    }
}
