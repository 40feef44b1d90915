import numpy as np
import pytest

from approx_build.numerics.turn import LARGEST_COUNT, turn
from tests.dispatch import assert_same_bits

UNITS = 1.0
"""Units in the last place, of a cosine or a sine."""

DIGEST = """
from hashlib import sha256
import numpy as np
from approx_build.numerics.turn import turn
for count in (7, 1000, 4096, 3 * 2**20):
    cosine, sine = turn(np.arange(0, count, max(1, count // 5000)), count)
    print(sha256(cosine.tobytes() + sine.tobytes()).hexdigest())
"""


@pytest.mark.parametrize("count", [1, 2, 3, 8, 12, 1000, 4096, 44100])
def test_cosines_and_sines_are_those_of_the_angle(count: int) -> None:
    part = np.arange(count)
    cosine, sine = turn(part, count)
    angle = 2 * np.pi * part.astype(np.longdouble) / count
    angle += part * np.longdouble(2.4492935982947064e-16) / count  # 2 pi to 106 bits
    for made, true in ((cosine, np.cos(angle)), (sine, np.sin(angle))):
        assert (np.abs(made - true) <= UNITS * np.spacing(np.abs(made)) + 1e-18).all()


def test_quarters_of_a_turn_are_exact() -> None:
    cosine, sine = turn(np.arange(8), 8)
    assert (cosine[::2] == [1, 0, -1, 0]).all()
    assert (sine[::2] == [0, 1, 0, -1]).all()
    assert not (np.signbit(cosine) & (cosine == 0)).any()
    assert not (np.signbit(sine) & (sine == 0)).any()


def test_a_part_beyond_the_turn_is_the_same_part_within_it() -> None:
    within, beyond = turn(np.arange(12), 12), turn(np.arange(12) - 120_000, 12)
    assert np.array_equal(within, beyond)


def test_a_point_is_mirrored_without_a_change_of_bits() -> None:
    cosine, sine = turn(np.arange(1004), 1004)
    assert (cosine[1:] == cosine[:0:-1]).all()
    assert (sine[1:] == -sine[:0:-1]).all()


@pytest.mark.parametrize("count", [0, -4, LARGEST_COUNT + 1])
def test_a_count_that_cannot_be_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"a turn has no {count} parts"):
        turn(np.arange(3), count)


def test_bits_do_not_depend_on_the_instruction_set() -> None:
    assert_same_bits(DIGEST)
