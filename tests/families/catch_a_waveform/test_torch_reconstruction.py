"""The reconstruction: a function of the weights and the length alone."""

from __future__ import annotations

import numpy as np
import pytest

from approx_build.families.catch_a_waveform.spans import given
from approx_build.numerics.stream import Stream
from tests.families.catch_a_waveform.networks import loud, network

torch = pytest.importorskip("torch")

from approx_build.families.catch_a_waveform.network import CatchAWaveformNetwork  # noqa: E402
from approx_build.families.catch_a_waveform.pyramid import Pyramid, noise_of  # noqa: E402
from approx_build.families.catch_a_waveform.torch_reconstruction import (  # noqa: E402
    FIXED,
    Reconstruction,
)

NET = network()
WEIGHTS = {name: torch.from_numpy(one) for name, one in loud(NET).items()}


def of(scale: int, length: int = 1600) -> Reconstruction:
    with torch.no_grad():
        return Reconstruction.of(NET, WEIGHTS, length, scale)


def test_it_begins_with_the_same_noise_whichever_scale_learns() -> None:
    first, later = of(0), of(2)
    start = first.spans[0].start - later.spans[0].start
    noise = noise_of(FIXED, 0, given(NET, first.spans[0]))
    np.testing.assert_array_equal(first.noisy[0].numpy(), noise)
    assert start > 0, "a finer scale needs more of it, before what a coarser one needs"
    assert later.made[0].shape[1] > first.spans[0].length
    assert [one.shape[1] for one in later.made] == [span.length for span in later.spans[:2]]
    assert later.below.shape[1] == given(NET, later.spans[2]).length


def test_all_scales_make_a_sound_of_the_whole_length() -> None:
    whole = of(NET.scales)
    assert whole.made[-1].shape == (1, 1600)
    assert len(whole.statistics) == NET.scales
    again = of(NET.scales)
    assert all(torch.equal(a, b) for a, b in zip(whole.made, again.made, strict=True))


def test_takes_by_its_statistics_are_what_training_hears() -> None:
    """A take of the fixed noise alone, by measured norms, is the reconstruction."""
    made = CatchAWaveformNetwork(NET)
    sound = np.random.default_rng(0).standard_normal((1, 1600)).astype(np.float32) / 5
    measured = made.measured(WEIGHTS, [sound])
    tensors = {**loud(NET), **measured}
    tensors["amplitudes"] = np.array([1, 0, 0], np.float32)
    pyramid = Pyramid(NET, {name: tensors[name] for name in NET.tensor_shapes()})
    np.testing.assert_allclose(pyramid.sound(1600, FIXED), of(3).made[-1][0].numpy(), atol=2e-4)
    assert Stream.named("catch-a-waveform", "reconstruction").key == FIXED.key
