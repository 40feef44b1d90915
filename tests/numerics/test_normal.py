import mpmath
import numpy as np
import pytest
from scipy import stats

from approx_build.numerics.normal import normals, normals_at, of_words, rounded
from approx_build.numerics.stream import Stream
from tests.dispatch import assert_same_bits

TOLERANCE = 1e-15
"""Of the float64 before its rounding against the true value, relative."""

DIGEST = """
from hashlib import sha256
from approx_build.numerics.normal import normals
from approx_build.numerics.stream import Stream
print(sha256(normals(Stream.named("bits"), 300_000).tobytes()).hexdigest())
"""


def word(k):
    """A word whose top 53 bits are `k`."""
    return np.array([k << 11], np.uint64)


@pytest.mark.parametrize(
    "k",
    [0, 1, 7, 1 << 16, 1 << 20, 12345 << 20, 1 << 40, 675539944105574, 675539944105575]
    + [(1 << 52) - (1 << n) for n in (0, 1, 10, 30, 45, 50)],
)
def test_a_normal_is_where_the_distribution_reaches_its_words_probability(k):
    [found] = of_words(word(k))
    with mpmath.workprec(300):
        half = mpmath.mpf(2 * k + 1 - (1 << 53)) / (1 << 54)
        true = mpmath.sqrt(2) * mpmath.erfinv(2 * half)
        assert abs(mpmath.mpf(float(found)) - true) <= TOLERANCE * abs(true)


def test_the_extremes_are_finite_and_mirror_each_other():
    least, most = of_words(word(0))[0], of_words(word((1 << 53) - 1))[0]
    assert least == -most
    assert 8.2 < most < 8.3
    words = Stream.named("mirror").words(10_000)
    assert np.array_equal(of_words(~words), -of_words(words))


def test_normals_rise_with_their_words_and_across_the_seams_of_the_method():
    for seam in (0.075, 0.925, np.exp(-25), 1 - np.exp(-25)):
        k = round(seam * 2**53) + np.arange(-2000, 2000) * 50
        found = of_words(k.astype(np.uint64) << np.uint64(11))
        assert (np.diff(found) > 0).all()


def test_normals_are_distributed_normally():
    drawn = normals(Stream.named("normal"), 400_000)
    assert stats.kstest(drawn, "norm").pvalue > 0.01
    moments = [float(np.mean(drawn.astype(np.float64) ** power)) for power in (1, 2, 3, 4)]
    assert moments == pytest.approx([0, 1, 0, 3], abs=0.03)
    lagged = np.corrcoef(drawn[:-1], drawn[1:])[0, 1]
    assert abs(lagged) < 0.01


@pytest.mark.parametrize("start", [0, 1, 3, 4, 1023])
def test_normals_are_found_at_their_position_without_drawing(start):
    stream = Stream.named("a")
    whole = normals(Stream.named("a"), 1100)
    assert np.array_equal(normals_at(stream, start, 9), whole[start : start + 9])
    assert np.array_equal(normals(stream, 5), whole[:5])
    assert np.array_equal(normals(stream, 5), whole[5:10])


def test_none_can_be_asked_for():
    assert normals(Stream.named("a"), 0).shape == (0,)


def test_bits_do_not_depend_on_the_instruction_set():
    assert_same_bits(DIGEST)


def test_normals_are_pinned():
    first = normals(Stream.named("take", 11, 3), 4)
    assert first.dtype == np.float32
    assert [float(x).hex() for x in first] == [
        "0x1.2a64de0000000p+1",
        "0x1.4175760000000p-2",
        "0x1.3b61b40000000p-1",
        "0x1.de3f480000000p-4",
    ]


def test_many_are_those_of_their_words_one_by_one():
    words = Stream.named("blocks").words(3 * 40_000).reshape(3, -1)
    assert np.array_equal(rounded(words), of_words(words).astype(np.float32))
    assert rounded(words[:, :0]).shape == (3, 0)
