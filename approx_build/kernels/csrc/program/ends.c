/* Where a sound enters and leaves a program: [channels][rows] outside, [rows][channels] inside. */
#include "steps.h"

void program_enter(const program_pass *p, const program_step *s, program_part part) {
    int sound = p->sound_channels, features = s->made.channels - sound;
    for (int row = part.row; row < part.row + part.rows; row++) {
        float *to = program_row(p, &s->made, row);
        for (int c = 0; c < sound; c++) to[c] = p->sound[(int64_t)c * s->rows + row];
        memcpy(to + sound, p->time, (size_t)features * sizeof(float));
    }
}

void program_leave(const program_pass *p, const program_step *s, program_part part) {
    for (int row = part.row; row < part.row + part.rows; row++) {
        const float *from = program_row(p, &s->given, row);
        for (int c = 0; c < s->given.channels; c++)
            p->result[(int64_t)c * s->rows + row] = from[c];
    }
}
