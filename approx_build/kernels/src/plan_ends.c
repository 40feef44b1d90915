/* Where a sound enters and leaves a plan: [channels][rows] outside, [rows][channels] inside. */
#include "plan_steps.h"

void plan_enter(const plan_pass *p, const plan_step *s, plan_part part) {
    int sound = p->sound_channels, features = s->made.channels - sound;
    for (int row = part.row; row < part.row + part.rows; row++) {
        float *to = plan_row(p, &s->made, row);
        for (int c = 0; c < sound; c++) to[c] = p->sound[(int64_t)c * s->rows + row];
        memcpy(to + sound, p->time, (size_t)features * sizeof(float));
    }
}

void plan_leave(const plan_pass *p, const plan_step *s, plan_part part) {
    for (int row = part.row; row < part.row + part.rows; row++) {
        const float *from = plan_row(p, &s->given, row);
        for (int c = 0; c < s->given.channels; c++)
            p->result[(int64_t)c * s->rows + row] = from[c];
    }
}
