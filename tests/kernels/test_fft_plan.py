import numpy as np
import pytest

from approx_build.kernels.fft_plan import LARGEST_SIZE, plan, radices


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (1, ()),
        (2, (2,)),
        (8, (2, 4)),
        (16, (4, 4)),
        (480, (5, 3, 2, 4, 4)),
        (441, (7, 7, 3, 3)),
        (127, (127,)),
    ],
)
def test_odd_primes_come_first_falling_then_a_two_then_fours(
    size: int, expected: tuple[int, ...]
) -> None:
    assert radices(size) == expected


@pytest.mark.parametrize("size", [131, 2 * 131, 127 * 137])
def test_a_large_prime_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"no transform of {size} numbers: a prime of it"):
        plan(size)


@pytest.mark.parametrize("size", [0, -8, LARGEST_SIZE + 1])
def test_a_size_that_cannot_be_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"no transform of {size} numbers; sizes are 1 to"):
        plan(size)


@pytest.mark.parametrize("size", [1, 2, 12, 105, 1024])
def test_every_input_has_a_place_of_its_own(size: int) -> None:
    assert sorted(plan(size).places) == list(range(size))


def test_tables_are_as_long_as_their_stages() -> None:
    made = plan(480)
    done = 1
    for radix, twiddle, root in zip(made.radices, made.twiddles, made.roots, strict=True):
        assert twiddle.shape == (done - 1, radix - 1, 2)
        assert root.shape == (radix, 2)
        done *= radix
    assert made.split.shape == (241, 2)
    assert np.allclose(made.split[60], [np.cos(np.pi / 8), -np.sin(np.pi / 8)])
