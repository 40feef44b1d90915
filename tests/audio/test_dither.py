import numpy as np
import pytest

from approx_build.audio.dither import FULL_SCALE, Quantiser, quantised, triangular
from approx_build.errors import AudioError
from approx_build.numerics.stream import Stream

STREAM = Stream.named("test", "dither")
LSB = 1 / FULL_SCALE


def test_dither_is_triangular_with_no_mean():
    noise = triangular(STREAM, 0, 1_000_000)
    assert np.abs(noise).max() < 1
    assert abs(noise.mean()) < 4 * (1 / 6) ** 0.5 / 1000
    assert noise.var() == pytest.approx(1 / 6, rel=5e-3)
    shares = np.histogram(noise, [-1, -0.5, 0, 0.5, 1])[0] / 1_000_000
    assert np.allclose(shares, [1 / 8, 3 / 8, 3 / 8, 1 / 8], atol=3e-3)


@pytest.mark.parametrize("start", [0, 1, 3, 4, 6, 1001])
def test_dither_depends_on_the_position_alone(start):
    assert np.array_equal(triangular(STREAM, start, 50), triangular(STREAM, 0, 2000)[start:][:50])


@pytest.mark.parametrize("part", [0.5, 0.25, -0.5, 0.9, -1.3])
def test_quantising_has_no_bias(part):
    count = 4_000_000
    out = quantised(np.full((1, count), part * LSB), STREAM)
    # The error of one sample has a variance of at most 1/4 + 1/6 around 0.
    assert abs(out.mean() - part) < 1e-3


def test_the_error_of_dithered_rounding_does_not_depend_on_the_sound():
    variances = [
        (quantised(np.full((1, 400_000), part * LSB), STREAM) - part).var()
        for part in (0.1, 0.25, 0.5, 0.77)
    ]
    assert np.allclose(variances, 1 / 4, rtol=1e-2)


def test_without_dither_ties_go_to_even():
    data = np.array([[0.5, 1.5, 2.5, -0.5, -1.5, 0.49]]) * LSB
    assert quantised(data, None).tolist() == [[0, 2, 2, 0, -2, 0]]


def test_what_is_exact_already_stays_as_it_is():
    data = np.zeros((2, 1000))
    data[0, 500] = 0.3 * LSB
    data[1] = np.arange(-500, 500) * LSB
    out = quantised(data, STREAM)
    assert not out[0, :500].any()
    assert not out[0, 501:].any()
    assert out[1].tolist() == list(range(-500, 500))


def test_channels_have_dither_of_their_own():
    out = quantised(np.full((2, 1000), 0.5 * LSB), STREAM)
    assert not np.array_equal(out[0], out[1])


def test_blocks_do_not_show():
    data = np.random.default_rng(0).uniform(-1, 1, (2, 1000))
    quantiser = Quantiser("a", 100, STREAM)
    parts = [quantiser.block(data[:, a:b]) for a, b in ((0, 7), (7, 700), (700, 1000))]
    quantiser.finish()
    assert np.array_equal(np.concatenate(parts, axis=1), quantised(data, STREAM))


def test_clipping_is_an_error_that_names_the_loudest_moment_and_the_remedy():
    data = np.zeros((2, 50_000))
    data[0, 100], data[1, 43_210], data[0, 45_000] = 1.05, -1.1482, 1.1
    quantiser = Quantiser("part foam", 1000, None)
    for start in range(0, 50_000, 9999):
        quantiser.block(data[:, start : start + 9999])
    words = r"part foam peaks at \+1\.20 dBFS at 0:43\.210: lower its gain by 1\.3 dB"
    with pytest.raises(AudioError, match=words):
        quantiser.finish()


def test_full_scale_itself_fits():
    quantiser = Quantiser("a", 1000, None)
    assert quantiser.block(np.array([[-1.0, 1.0 - LSB]])).tolist() == [
        [-FULL_SCALE, FULL_SCALE - 1]
    ]
    quantiser.finish()
    quantiser.block(np.array([[1.0]]))
    with pytest.raises(AudioError, match=r"lower its gain by 0\.1 dB"):
        quantiser.finish()


def test_samples_that_are_no_numbers_are_refused():
    with pytest.raises(AudioError, match="part foam has samples that are not numbers"):
        Quantiser("part foam", 1000, None).block(np.array([[0.0, np.nan]]))
