from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from approx_build.numerics.double_double import add, divide, exact_product, exact_sum, multiply

TOLERANCE = Fraction(1, 2**100)
"""Of a result that pairs compute, relative."""

numbers = st.floats(1e-100, 1e100) | st.floats(-1e100, -1e-100)


def arrays(*values):
    return [np.array([value]) for value in values]


def exactly(pair):
    return Fraction(float(pair[0][0])) + Fraction(float(pair[1][0]))


@given(numbers, numbers)
def test_sum_and_product_of_two_numbers_are_exact(a, b):
    assert exactly(exact_sum(*arrays(a, b))) == Fraction(a) + Fraction(b)
    assert exactly(exact_product(*arrays(a, b))) == Fraction(a) * Fraction(b)


def test_pairs_compute_to_a_hundred_bits():
    third = divide(tuple(arrays(1.0, 0.0)), tuple(arrays(3.0, 0.0)))
    assert abs(exactly(third) - Fraction(1, 3)) < TOLERANCE
    assert abs(exactly(multiply(third, third)) - Fraction(1, 9)) < TOLERANCE
    assert abs(exactly(add(third, third)) - Fraction(2, 3)) < TOLERANCE
