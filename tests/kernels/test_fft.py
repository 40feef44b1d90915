"""Fourier transforms: every kernel gives the bits of the reference, in any batch."""

from collections.abc import Callable

import numpy as np
import pytest

from approx_build.kernels import compiled
from approx_build.kernels import fft as transforms
from approx_build.kernels import fft_reference as reference
from approx_build.kernels.fft import fast_size, fft, ifft, irfft, rfft

KERNELS = compiled.available()
SIZES = (2, 4, 6, 14, 16, 30, 64, 210, 480, 882, 1024, 2048, 4096)
FRAMES = (1, 2, 3, 5, 8, 13)


@pytest.fixture(params=KERNELS)
def kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(compiled.VARIABLE, str(request.param))
    return str(request.param)


def frames(size: int) -> np.ndarray:
    """Frames of noise, of nothing, of -0, of few values, and of subnormal numbers."""
    rng = np.random.Generator(np.random.Philox(size))
    x = rng.standard_normal((13, size))
    x[1], x[2], x[3, ::2] = 0.0, -0.0, rng.integers(-1, 2, (size + 1) // 2)
    x[4] *= 1e-310
    return x


def same(made: np.ndarray, said: np.ndarray) -> bool:
    """Whether bits are equal, those of zeros too."""
    return made.dtype == said.dtype and made.tobytes() == said.tobytes()


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("size", SIZES)
def test_every_kernel_gives_the_bits_of_the_reference_in_any_batch(size: int) -> None:
    x = frames(size)
    z = x + 1j * x[::-1]
    spectra = reference.rfft(x)
    said = reference.fft(z), reference.ifft(z), spectra, reference.irfft(spectra)
    for count in FRAMES:
        some = slice(count)
        made = fft(z[some]), ifft(z[some]), rfft(x[some]), irfft(spectra[some])
        assert all(same(one, other[some]) for one, other in zip(made, said, strict=True))


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("size", [6, 480, 2048])
def test_float32_is_widened_and_rounded_once_and_a_window_is_multiplied_in_between(
    size: int,
) -> None:
    x, window = frames(size).astype(np.float32), np.linspace(0.1, 1, size)
    said = reference.rfft(x * window).astype(np.complex64)
    back = (reference.irfft(said.astype(np.complex128)) * window).astype(np.float32)
    for count in FRAMES:
        assert same(rfft(x[:count], window), said[:count])
        assert same(irfft(said[:count], window), back[:count])


@pytest.mark.usefixtures("kernel")
@pytest.mark.parametrize("threads", [2, 3, 7, 500])
def test_threads_change_no_bit(threads: int) -> None:
    x = np.tile(frames(256), (5, 1))
    assert same(rfft(x, None, threads), rfft(x))
    assert same(fft(x.astype(complex), threads), fft(x.astype(complex)))


@pytest.mark.usefixtures("kernel")
def test_a_number_that_is_none_stays_in_its_frame() -> None:
    x = frames(256)
    sound = rfft(x)
    x[6, 9] = np.nan
    hurt = rfft(x)
    assert np.isnan(hurt[6]).all()
    assert same(np.delete(hurt, 6, axis=0), np.delete(sound, 6, axis=0))


@pytest.mark.usefixtures("kernel")
def test_frames_that_overlap_are_read_where_they_are() -> None:
    sound = np.random.Generator(np.random.Philox(2)).random(5000).astype(np.float32)
    views = np.lib.stride_tricks.sliding_window_view(sound, 512)[::100]
    assert same(rfft(views), rfft(views.copy()))
    assert same(rfft(sound[None, ::2]), rfft(sound[None, ::2].copy()))


@pytest.mark.usefixtures("kernel")
def test_the_shape_before_the_last_axis_is_kept() -> None:
    x = frames(60)[:12].reshape(3, 2, 2, 60)
    assert rfft(x).shape == (3, 2, 2, 31)
    assert irfft(rfft(x)).shape == x.shape
    assert rfft(x[0, 0, 0]).shape == (31,)
    assert fft(np.zeros((0, 8), complex)).shape == (0, 8)


@pytest.mark.usefixtures("kernel")
def test_integers_are_transformed_in_float64() -> None:
    assert same(rfft(np.arange(12)), rfft(np.arange(12.0)))
    assert same(fft(np.arange(12)), fft(np.arange(12) + 0j))


@pytest.mark.parametrize("count", [0, 1, 7])
def test_an_odd_number_of_real_numbers_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"no transform of {count} real numbers"):
        rfft(np.zeros(count))


def test_a_window_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a window of \(5,\) does not fit 8 numbers"):
        rfft(np.zeros(8), np.ones(5))


@pytest.mark.parametrize("length", [1, 32, 33, 1000, 2049, 22051, 100_003])
def test_a_fast_size_is_the_length_or_a_little_more(length: int) -> None:
    size = fast_size(length)
    assert length <= size <= max(32, 1.15 * length + 32)
    assert max(transforms.plan(size // 2).radices) <= 5


def test_without_a_library_the_reference_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> Callable[[], None]:
        raise AssertionError("no library is asked")

    x = frames(64)
    fast = rfft(x)
    monkeypatch.setenv(compiled.VARIABLE, "reference")
    monkeypatch.setattr(transforms, "_function", missing)
    assert same(rfft(x), fast)


def test_memory_of_a_large_transform_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transforms, "_MOST_KEPT", 1000)
    monkeypatch.setattr(transforms, "work", transforms._Work())
    sound = np.ones(1 << 12)
    assert rfft(sound)[0] == sound.size
    assert not transforms.work.kept[0].size
    rfft(np.ones(64))
    assert 0 < transforms.work.kept[0].size < 1100
