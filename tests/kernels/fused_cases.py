"""Cases of a fused multiply-add, and what they come to in whole numbers.

python -m tests.kernels.fused_cases 10000000      compares so many triples
"""

from __future__ import annotations

import ctypes
import itertools
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from approx_build.kernels import compiled
from approx_build.kernels.compiled import Kernel
from approx_build.kernels.fused import fused

Floats = NDArray[np.float32]
Triples = tuple[Floats, Floats, Floats]
Numbers = Sequence[NDArray[Any]]
Form = Callable[..., Floats]

UNIT = -298
"""Every product of two floats, and every float, is a whole multiple of 2 to this power."""
BITS = 24
LEAST = -149
"""2 to this power is the least float."""
BATCH = 1 << 13

EDGES = np.array(
    [
        *(0.0, 1.0, 1.5, 3.0, 2.0**-24, 1 + 2.0**-23, 1 - 2.0**-24, 2 - 2.0**-23, 4097.0, 8191.0),
        *(2.0**-149, 3 * 2.0**-149, 2.0**-127, 2.0**-126, 2.0**-126 - 2.0**-149, 2.0**-125),
        *(2.0**-75, 2.0**-74, 1.5 * 2.0**-75, 2.0**-63, 2.0**63, 2.0**64, 2.0**104, 2.0**103),
        *(2.0**127, 2.0**128 - 2.0**104, 2.0**128 - 2.0**105, np.inf, np.nan),
    ],
    np.float32,
)
"""Zero, subnormal, halfway, at the ends of the range, and what is no number."""


def whole(value: float) -> int:
    """A float as a multiple of 2^UNIT."""
    numerator, denominator = value.as_integer_ratio()
    return (numerator << -UNIT) // denominator


def in_whole_numbers(a: float, b: float, c: float) -> int:
    """The bits of a b + c, rounded once to the nearest float, ties to even; finite arguments."""
    exact = (whole(a) * whole(b) >> -UNIT) + whole(c)
    product_is_negative = math.copysign(1, a) * math.copysign(1, b) < 0
    if exact == 0:
        is_negative = product_is_negative and math.copysign(1, c) < 0
        return 0x80000000 if is_negative else 0
    size, is_negative = abs(exact), exact < 0
    shift = max(size.bit_length() - BITS, LEAST - UNIT)
    number, rest = size >> shift, size & ((1 << shift) - 1)
    half = 1 << (shift - 1)
    number += rest > half or (rest == half and number & 1)
    exponent = shift - (LEAST - UNIT)
    # The leading bit of a normal number adds 1 to the exponent, and so does a carry.
    bits = min((exponent << 23) + number, 0x7F800000)
    return bits | (0x80000000 if is_negative else 0)


def edges() -> Triples:
    """All triples of edges, with both signs."""
    signed = np.concatenate([EDGES, -EDGES])
    a, b, c = np.array(list(itertools.product(EDGES, signed, signed)), np.float32).T
    return a.copy(), b.copy(), c.copy()


def _any_bits(numbers: np.random.Generator, count: int) -> Numbers:
    words = numbers.integers(0, 1 << 32, (3, count), np.uint32)
    return list(words.view(np.float32))


def _of_networks(numbers: np.random.Generator, count: int) -> Numbers:
    return list(numbers.standard_normal((3, count)).astype(np.float32))


def _cancelling(numbers: np.random.Generator, count: int) -> Numbers:
    a, b, _ = _of_networks(numbers, count)
    product = a * b
    return a, b, -(product + numbers.integers(-2, 3, count) * np.spacing(product))


def _few_bits(numbers: np.random.Generator, count: int) -> Numbers:
    small = numbers.integers(-255, 256, (3, count)) * 2.0 ** numbers.integers(-14, 15, (3, count))
    return list(small)


def _hair(numbers: np.random.Generator, count: int, power: int) -> tuple[Floats, Floats]:
    """Factors whose products are within a hair of +- 2^power."""
    signs = numbers.choice(np.array([-1.0, 1.0]), count)
    a, b = 1 + numbers.integers(-3, 4, (2, count)) * 2.0**-23
    return np.ldexp(a, power // 2) * signs, np.ldexp(b, power - power // 2)


def _near_halves(numbers: np.random.Generator, count: int) -> Numbers:
    """Products within a hair of half the last bit of what they are added to."""
    return *_hair(numbers, count, -24), 1 + numbers.random(count)


def _near_halves_of_the_least(numbers: np.random.Generator, count: int) -> Numbers:
    c = numbers.integers(-(1 << 23), 1 << 23, count)
    return *_hair(numbers, count, LEAST - 1), np.ldexp(c.astype(np.float64), LEAST)


def _at_overflow(numbers: np.random.Generator, count: int) -> Numbers:
    greatest = 2.0**128 - 2.0**104 * numbers.integers(1, 5, count)
    return *_hair(numbers, count, 103), greatest * numbers.choice(np.array([-1.0, 1.0]), count)


def _subnormal_sums(numbers: np.random.Generator, count: int) -> Numbers:
    a, b, _ = _of_networks(numbers, count)
    power = numbers.integers(-80, -60, count)
    a, b = np.ldexp(a, power), np.ldexp(b, -138 - power)
    c = np.ldexp(numbers.integers(-(1 << 23), 1 << 23, count).astype(np.float32), -149)
    return a, b, np.where(numbers.random(count) < 0.2, np.float32(0), c)


REGIMES: tuple[Callable[[np.random.Generator, int], Numbers], ...] = (
    *(_any_bits, _of_networks, _cancelling, _few_bits),
    *(_near_halves, _near_halves_of_the_least, _subnormal_sums, _at_overflow),
)


def triples(count: int, seed: int = 0) -> Iterator[Triples]:
    """`count` random triples or some more, of all regimes in turn."""
    numbers = np.random.default_rng(seed)
    for done in range(0, count, BATCH):
        regime = REGIMES[done // BATCH % len(REGIMES)]
        with np.errstate(all="ignore"):
            a, b, c = regime(numbers, min(BATCH, -(-(count - done) // 16) * 16))
        yield a.astype(np.float32), b.astype(np.float32), c.astype(np.float32)


def expected(a: Floats, b: Floats, c: Floats) -> NDArray[np.uint32]:
    """The bits of a b + c by whole numbers; what is no number by float64, where it is exact."""
    finite = np.isfinite(a) & np.isfinite(b) & np.isfinite(c)
    with np.errstate(all="ignore"):
        made = (a.astype(np.float64) * b + c).astype(np.float32).view(np.uint32)
    made[finite] = [
        in_whole_numbers(*each)
        for each in zip(a[finite].tolist(), b[finite].tolist(), c[finite].tolist(), strict=True)
    ]
    return made


def form_of(function: ctypes._NamedFuncPointer) -> Form:
    """What a `fused_terms` of csrc/core/fused.c makes, of any number of terms."""
    function.restype = None

    def form(*given: Floats) -> Floats:
        count = len(given[0])
        padded = [np.concatenate([x, np.zeros(-count % 16, np.float32)]) for x in given]
        made = np.empty_like(padded[0])
        pointers = [ctypes.c_void_p(x.ctypes.data) for x in padded]
        function(*pointers, ctypes.c_int64(len(made)), ctypes.c_void_p(made.ctypes.data))
        return made[:count]

    return form


def differences(made: Floats, expected: NDArray[np.uint32]) -> int:
    """How many floats have other bits; one NaN is as good as another."""
    numbers = np.isnan(expected.view(np.float32)) & np.isnan(made)
    return int(((made.view(np.uint32) != expected) & ~numbers).sum())


def compiled_forms() -> dict[str, Form]:
    """The `fused_terms` of every object that this processor can run."""
    names = [kernel for kernel in compiled.available() if kernel is not Kernel.REFERENCE]
    return {str(name): form_of(compiled.function("fused_terms", name)) for name in names}


def main(count: int) -> None:
    """Count what differs from whole numbers; and in ten times as many, from one form to another."""
    forms = compiled_forms()
    every = {"NumPy": fused, **forms}
    in_whole, between = dict.fromkeys(every, 0), dict.fromkeys(forms, 0)
    for given in itertools.chain([edges()], triples(count)):
        known = expected(*given)
        for name, form in every.items():
            in_whole[name] += differences(form(*given), known)
    sys.stdout.write(f"{count:,} triples, other than in whole numbers: {in_whole}\n")
    for given in triples(10 * count, seed=1):
        made = {name: form(*given) for name, form in forms.items()}
        for name, one in made.items():
            between[name] += differences(one, made["baseline"].view(np.uint32))
    sys.stdout.write(f"{10 * count:,} triples, other than the baseline: {between}\n")
    sys.exit(any((*in_whole.values(), *between.values())))


if __name__ == "__main__":
    main(int(sys.argv[1]))
