/* Sines cut off by Kaiser's window: the values of a filter, by + - * / in the order written. */
#include "core/float_state.h"
#include "transform.h"

#define TERMS 64 /* of the Bessel function */
#define SIDE 8   /* places worked on side by side, each by the same arithmetic */

/* sin(pi u): u less its nearest whole number (exact), then Taylor's series by Horner's rule. */
INLINE double sin_pi(double u) {
    static const double term[12] = {
        3.141592653589793,     -5.16771278004997,      2.550164039877345,
        -0.5992645293207921,   0.08214588661112823,    -0.00737043094571435,
        0.00046630280576761255, -2.1915353447830217e-05, 7.952054001475513e-07,
        -2.2948428997269873e-08, 5.392664662608128e-10, -1.0518471716932064e-11};
    int64_t whole = (int64_t)(u < 0 ? u - 0.5 : u + 0.5);
    double rest = u - (double)whole, square = rest * rest, sum = term[11];
    for (int k = 10; k >= 0; k--) sum = sum * square + term[k];
    sum = sum * rest;
    return whole & 1 ? -sum : sum;
}

/* `value` [count] at `place`: sin(pi cut t) / (pi t) times I0(beta sqrt(1 - (t / half)^2)) / peak,
 * with I0(2 sqrt(q)) = sum of q^k / k!^2. `quarter` is beta^2 / 4; 0 from `half` on. */
EXPORT(void, windowed_sinc,
       (double cut, double half, double quarter, double peak, const double *place, double *value,
        int64_t count)) {
    float_state found = float_state_enter();
    double share[TERMS + 1];
    for (int k = 1; k <= TERMS; k++) share[k] = 1.0 / (double)(k * k);
    for (int64_t at = 0; at < count; at += SIDE) {
        int n = count - at < SIDE ? (int)(count - at) : SIDE;
        double q[SIDE], window[SIDE];
        for (int i = 0; i < SIDE; i++) {
            double u = i < n ? place[at + i] / half : 0.0, rest = 1.0 - u * u;
            q[i] = quarter * (rest < 0 ? 0.0 : rest);
            window[i] = 1.0;
        }
        for (int k = TERMS; k >= 1; k--)
            for (int i = 0; i < SIDE; i++) window[i] = window[i] * (q[i] * share[k]) + 1.0;
        for (int i = 0; i < n; i++) {
            double t = place[at + i], shape = window[i] / peak;
            double sinc = t == 0 ? cut : sin_pi(cut * t) / (3.141592653589793 * t);
            value[at + i] = q[i] == 0 ? 0.0 : sinc * shape;
        }
    }
    float_state_write(found);
}
