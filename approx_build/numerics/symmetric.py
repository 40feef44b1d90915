"""Eigenvalues and eigenvectors of a symmetric matrix, with the same bits on every machine.

LAPACK rounds differently with every build, number of threads and place of an array in memory.
Jacobi's method (Golub and Van Loan, Matrix Computations, section 8.5) needs only sums, products,
quotients and roots, whose order is fixed here.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

_MOST_SWEEPS = 60
"""Convergence is quadratic: matrices of 128 rows need about 10 sweeps."""
_NEGLIGIBLE = 2.0**-53
"""A part this small, relative to the matrix, changes no eigenvalue by more than a rounding."""


def covariance(values: Doubles) -> Doubles:
    """The mean product of each pair of columns of centred values [M, L], as [L, L].

    Rows are added in their order.
    """
    columns = [(values[:, i : i + 1] * values).sum(axis=0) for i in range(values.shape[1])]
    return np.stack(columns) / len(values)


def eigenvectors(matrix: Doubles) -> tuple[Doubles, Doubles]:
    """The eigenvalues [L] of a symmetric matrix [L, L], and its eigenvectors as columns [L, L].

    They have no order, and the sign of a vector is arbitrary but always the same.
    """
    left, vectors = matrix.copy(), np.eye(len(matrix))
    smallest = _NEGLIGIBLE * float(max(matrix.max(), -matrix.min()))
    for _ in range(_MOST_SWEEPS):
        if not _sweep(left, vectors, smallest):
            break
    return np.diagonal(left).copy(), vectors


def _sweep(left: Doubles, vectors: Doubles, smallest: float) -> bool:
    """Turn each pair of axes in place, so that it no longer varies together; False: none did."""
    turned = False
    for p in range(len(left)):
        for q in range(p + 1, len(left)):
            shared = float(left[p, q])
            if math.fabs(shared) > smallest:
                turned = True
                cosine, sine = _turn(float(left[q, q]) - float(left[p, p]), shared)
                for columns in (left, left.T, vectors):
                    first, second = columns[:, p].copy(), columns[:, q].copy()
                    columns[:, p] = cosine * first - sine * second
                    columns[:, q] = sine * first + cosine * second
                left[p, q] = left[q, p] = 0.0
    return turned


def _turn(difference: float, shared: float) -> tuple[float, float]:
    """The cosine and sine of the smaller angle that makes a shared part of two axes 0."""
    ratio = difference / (2 * shared)
    tangent = math.copysign(1.0, ratio) / (math.fabs(ratio) + math.sqrt(ratio * ratio + 1.0))
    cosine = 1 / math.sqrt(tangent * tangent + 1.0)
    return cosine, tangent * cosine
