"""The rule of Fourier transforms: right, as exact as others, and what is plain of it."""

import numpy as np
import pytest
from scipy import fft as scipy_fft

from approx_build.kernels import fft_reference as reference

SIZES = (1, 2, 3, 4, 5, 8, 30, 77, 127, 256, 441, 1000, 2048)
LARGEST_ERROR = 1.3
"""Times pocketfft's, of root mean squares."""

rng = np.random.Generator(np.random.Philox(11))


@pytest.mark.parametrize("size", SIZES)
def test_a_transform_is_the_sum_that_defines_it(size: int) -> None:
    x = rng.standard_normal((2, size)) + 1j * rng.standard_normal((2, size))
    at = np.arange(size)
    waves = np.exp(-2j * np.pi * (np.outer(at, at) % size) / size)
    assert np.abs(reference.fft(x) - x @ waves).max() < 1e-11
    assert np.abs(reference.ifft(reference.fft(x)) - x).max() < 1e-13


@pytest.mark.parametrize("size", SIZES)
def test_a_real_transform_is_half_of_the_complex_one(size: int) -> None:
    x = rng.standard_normal((2, 2 * size))
    spectra = reference.rfft(x)
    assert np.abs(spectra - reference.fft(x.astype(complex))[:, : size + 1]).max() < 1e-11
    assert not spectra[:, [0, size]].imag.any()
    assert np.abs(reference.irfft(spectra) - x).max() < 1e-13


def test_an_inverse_reads_no_imaginary_part_at_the_ends() -> None:
    spectra = reference.rfft(rng.standard_normal((1, 64)))
    other = spectra.copy()
    other[:, [0, 32]] += 5j
    assert np.array_equal(reference.irfft(other), reference.irfft(spectra))


def error(made: np.ndarray, true: np.ndarray) -> float:
    """The root mean square of what differs, as a share of the spectrum's."""
    apart = (made - true).astype(np.clongdouble)
    return float(np.sqrt(np.mean(np.abs(apart) ** 2) / np.mean(np.abs(true) ** 2)))


@pytest.mark.parametrize("size", [256, 1000, 2048])
def test_it_is_as_exact_as_pocketfft(size: int) -> None:
    if np.finfo(np.longdouble).nmant < 63:
        pytest.skip("long double is no wider than double here")
    x = rng.standard_normal((4, size))
    true = scipy_fft.rfft(x.astype(np.longdouble))
    assert error(reference.rfft(x), true) < LARGEST_ERROR * error(scipy_fft.rfft(x), true)


def test_an_impulse_and_a_constant_are_exact() -> None:
    impulse, constant = np.zeros((1, 512)), np.full((1, 512), 0.1)
    impulse[0, 0] = 1
    assert (reference.rfft(impulse) == 1).all()
    assert not reference.rfft(constant)[0, 1:].any()
