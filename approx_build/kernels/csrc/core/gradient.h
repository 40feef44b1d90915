/* Gradients of a product's weights: sums over rows of inputs times gradients of outputs.
 *
 *     sums[i][n] += x[0][i] d[0][n] + x[1][i] d[1][n] + ...
 *
 * The rows of one call are added up from zero, in order, and then onto the sums: two short
 * chains of additions lose less than one long one. Outputs are whole vectors.
 */
#ifndef APPROX_GRADIENT_H
#define APPROX_GRADIENT_H

#include "vector.h"

typedef struct {
    const float *x; /* [rows][inputs] */
    size_t x_stride;
    int inputs;
    const float *d; /* [rows][outputs] */
    size_t d_stride;
    int outputs; /* a multiple of LANES */
} gradient_of;

/* At most so many rows in one call: panels of so many stay in the first-level cache. */
#define GRADIENT_ROWS 96

SHARED(void, add_gradient, (const gradient_of *g, int rows, float *sums, size_t stride));

/* The same for inputs that are mostly zero. */
SHARED(void, add_sparse_gradient, (const gradient_of *g, int rows, float *sums, size_t stride));

/* sums [outputs] += the rows of d. */
SHARED(void, add_bias_gradient, (const gradient_of *g, int rows, float *sums));

#endif
