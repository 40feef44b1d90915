import mpmath
import numpy as np
import pytest

from approx_build.numerics import portable
from tests.dispatch import assert_same_bits

TOLERANCE = 4e-16
"""Of every function against its true value, relative."""

COUNT = 1500

DIGESTS = """
from hashlib import sha256
import numpy as np
from approx_build.numerics import portable as p
rng = np.random.Generator(np.random.Philox(5))
x = rng.random(100_003) * 80 - 40
for f in (p.exp, p.expm1, p.sin, p.cos, p.tanh, p.gain):
    print(f.__name__, sha256(f(x).tobytes()).hexdigest())
for f in (p.log, p.log1p, p.db):
    print(f.__name__, sha256(f(np.abs(x)).tobytes()).hexdigest())
print("power", sha256(p.power(np.abs(x), x[::-1]).tobytes()).hexdigest())
for kind in (np.complex64, np.complex128):
    print("magnitude", sha256(p.magnitude((x + 1j * x[::-1]).astype(kind)).tobytes()).hexdigest())
"""


def spread(low, high, seed=1):
    """Numbers from `low` to `high`, some of each size down to 1e-20."""
    rng = np.random.Generator(np.random.Philox(seed))
    even = low + (high - low) * rng.random(COUNT)
    small = 10.0 ** (rng.random(COUNT) * 20 - 20)
    return np.concatenate([even, small if low >= 0 else np.concatenate([small, -small])])


CASES = [
    (portable.exp, mpmath.exp, spread(-700, 709)),
    (portable.exp, mpmath.exp, spread(-1, 1)),
    (portable.expm1, mpmath.expm1, spread(-50, 700)),
    (portable.expm1, mpmath.expm1, spread(-1, 1)),
    (portable.log, mpmath.log, spread(0, 1e300)),
    (portable.log, mpmath.log, 1 + spread(0, 1)),
    (portable.log, mpmath.log, np.array([5e-324, 1e-310])),
    (portable.log1p, mpmath.log1p, spread(-0.999, 5)),
    (portable.log1p, mpmath.log1p, spread(0, 1e300)),
    (portable.sin, mpmath.sin, spread(-1e6, 1e6)),
    (portable.sin, mpmath.sin, spread(-7, 7)),
    (portable.sin, mpmath.sin, np.arange(1, 600_000, 997) * np.pi / 2),
    (portable.cos, mpmath.cos, spread(-1e6, 1e6)),
    (portable.cos, mpmath.cos, spread(-7, 7)),
    (portable.cos, mpmath.cos, np.arange(1, 600_000, 997) * np.pi / 2),
    (portable.tanh, mpmath.tanh, spread(-25, 25)),
    (portable.tanh, mpmath.tanh, spread(-1, 1)),
    (portable.gain, lambda db: mpmath.power(10, db / 20), spread(-3000, 3000)),
    (portable.gain, lambda db: mpmath.power(10, db / 20), spread(-120, 24)),
    (portable.db, lambda gain: 20 * mpmath.log10(gain), spread(0, 3)),
    (portable.db, lambda gain: 20 * mpmath.log10(gain), 1 + spread(0, 1e-3)),
]


@pytest.mark.parametrize(("ours", "true", "x"), CASES)
def test_function_is_accurate_to_its_last_bits(ours, true, x):
    with mpmath.workprec(200):
        for argument, value in zip(x, ours(x), strict=True):
            expected = true(mpmath.mpf(float(argument)))
            assert abs(mpmath.mpf(float(value)) - expected) <= TOLERANCE * abs(expected)


@pytest.mark.parametrize(("low", "high", "reach"), [(1e-5, 1e5, 50), (0.5, 2, 700)])
def test_power_is_accurate_to_its_last_bits(low, high, reach):
    bases, exponents = low + (high - low) * spread(0, 1)[:COUNT], spread(-reach, reach, 2)[:COUNT]
    result = portable.power(bases, exponents)
    with mpmath.workprec(200):
        for base, exponent, value in zip(bases, exponents, result, strict=True):
            expected = mpmath.power(mpmath.mpf(float(base)), mpmath.mpf(float(exponent)))
            assert abs(mpmath.mpf(float(value)) - expected) <= TOLERANCE * abs(expected)


def test_bits_do_not_depend_on_the_instruction_set():
    assert_same_bits(DIGESTS)


def test_edges_are_what_arithmetic_says():
    inf, nan = np.inf, np.nan
    same = np.testing.assert_array_equal
    same(portable.exp([inf, -inf, nan, 710, -746, 0]), [inf, 0, nan, inf, 0, 1])
    same(portable.expm1([inf, -inf, nan, 0, -800]), [inf, -1, nan, 0, -1])
    same(portable.log([0, -1, inf, nan, 1]), [-inf, nan, inf, nan, 0])
    same(portable.log1p([-1, -2, inf, nan, 0]), [-inf, nan, inf, nan, 0])
    same(portable.tanh([inf, -inf, nan, 0]), [1, -1, nan, 0])
    same(portable.gain([-inf, inf, nan, 0]), [0, inf, nan, 1])
    same(portable.db([0, inf, 1, -1]), [-inf, inf, 0, nan])
    same(
        portable.power([0, 0, 0, 4, -1, nan, inf], [0, 1, -1, 0.5, 2, 1, 2]),
        [1, 0, inf, 2, nan, nan, inf],
    )
    same(portable.sin([0, nan]), [0, nan])
    same(portable.cos([0, nan]), [1, nan])


@pytest.mark.parametrize("function", [portable.sin, portable.cos])
def test_an_angle_too_large_to_reduce_is_refused(function):
    with pytest.raises(ValueError, match="larger than 1e\\+06 radians"):
        function([0.0, -1.1e6])


def test_shape_is_kept_and_the_argument_is_not_changed():
    x = np.ones((3, 2, 5))
    assert portable.exp(x[:, ::2, ::-1]).shape == (3, 1, 5)
    assert portable.power(x, 2.0).shape == x.shape
    assert portable.gain(6.0).shape == ()
    assert portable.log(np.empty((2, 0))).shape == (2, 0)
    assert (x == 1).all()


def test_blocks_do_not_show():
    x = spread(-5, 5)
    long = np.tile(x, 10)
    assert (portable.exp(long) == np.tile(portable.exp(x), 10)).all()


@pytest.mark.parametrize(("kind", "real"), [(np.complex64, np.float32), (np.complex128, float)])
def test_magnitude_keeps_the_precision(kind, real):
    result = portable.magnitude(np.array([3 + 4j, 0, -1j], dtype=kind))
    assert result.dtype == real
    assert result.tolist() == [5, 0, 1]


def test_absolute_values_keep_their_precision_and_refuse_complex_numbers():
    for kind in (np.float32, np.float64):
        x = np.array([-1.5, 0.0, 2.0], kind)
        assert portable.absolute(x).dtype == kind
        assert portable.absolute(x).tolist() == [1.5, 0.0, 2.0]
    with pytest.raises(TypeError, match="complex ones have a magnitude"):
        portable.absolute(np.array([1j]))
