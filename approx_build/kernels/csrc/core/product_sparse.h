/* The product for inputs that are mostly zero, as those behind a ReLU are.
 *
 * Six rows share a list of the inputs that are not zero in all of them; the others are left out.
 * Neighbouring moments agree well enough in what is zero.
 */
#ifndef APPROX_PRODUCT_SPARSE_H
#define APPROX_PRODUCT_SPARSE_H

#include "product.h"

/* y [rows][row_floats] = bias + x [rows][inputs] w. `rows` is a multiple of TILE_ROWS. */
SHARED(void, product_sparse, (const matrix *m, const float *x, size_t x_stride, int rows, float *y,
                              size_t y_stride));

#endif
