"""Losses against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from approx_build.families.catch_a_waveform.torch_losses import (  # noqa: E402
    SIZES,
    distance_of_spectra,
    relative_distance,
    steepness,
)


def sounds(items: int, length: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).standard_normal((items, length)))


def test_a_critic_of_one_convolution_has_the_steepness_of_its_sum() -> None:
    """Each inner sample is seen by every tap; the outer ones are not, and are few."""
    taps = torch.tensor([[[0.5, -1.0, 2.0, 0.25]]], dtype=torch.float64)
    rows = sounds(2, 5000)
    steep = steepness(lambda x: torch.nn.functional.conv1d(x[:, None], taps), rows)
    found = float(steep.detach())
    slopes = np.full(5000, 1.75)
    slopes[:3], slopes[-3:] = [0.5, -0.5, 1.5], [1.25, 2.25, 0.25]
    assert found == pytest.approx(np.square(np.abs(slopes) - 1).mean(), rel=1e-12)
    assert found == pytest.approx(0.75**2, rel=2e-3)


def test_the_steepness_has_gradients() -> None:
    weight = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    # The slope of 3 x at each sample is 3: (3 - 1)^2 has the slope 4.
    [slope] = torch.autograd.grad(steepness(lambda x: weight * x, sounds(1, 50)), weight)
    assert float(slope) == pytest.approx(4.0)


def test_the_distance_of_spectra_is_that_of_the_published_code() -> None:
    real, made = sounds(1, 4000), 2 * sounds(1, 4000)
    expected = 0.0
    for size, hop, width in SIZES:
        spectrum = torch.stft(
            real, size, hop, width, torch.hann_window(width).double(), return_complex=True
        )
        expected += float(spectrum.abs().square().sum().sqrt()) / 3
    assert float(distance_of_spectra(real, made)) == pytest.approx(expected, rel=1e-9)


def test_silence_is_at_distance_1_and_the_sound_itself_at_0() -> None:
    real = sounds(2, 3000)
    assert float(relative_distance(real, torch.zeros_like(real))) == pytest.approx(1, rel=1e-6)
    assert float(relative_distance(real, real)) == 0
    assert float(relative_distance(real, 3 * real)) == pytest.approx(2, rel=1e-6)
    assert float(relative_distance(torch.zeros_like(real), torch.zeros_like(real))) == 0


@pytest.mark.parametrize("length", [2, 9, 100, 300])
def test_sounds_shorter_than_a_transform_have_shorter_ones(length: int) -> None:
    real = sounds(1, length)
    assert float(distance_of_spectra(real, 0 * real)) > 0
