"""Takes longer than a window, from the networks that come along: nothing is heard where they join.

At a join the level, the spectrum and the waveform change no more than they do elsewhere in the
same takes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from approx_build.audio.stream import stream_key
from approx_build.families.base import TakeRequest
from approx_build.families.dance_diffusion import DanceDiffusion
from approx_build.plan.catalog import Catalog
from approx_build.training.checkpoint import read_checkpoint

ROOT = Path(__file__).parent.parent.parent
Row = NDArray[np.float64]
Jump = Callable[[Row, Row], float]


def level_step(before: Row, after: Row) -> float:
    """Difference of levels, dB; of silence -80."""
    levels = [10 * np.log10((side**2).mean() + 1e-8) for side in (before, after)]
    return abs(float(levels[1] - levels[0]))


def spectral_jump(before: Row, after: Row) -> float:
    """Root mean square difference of smoothed log spectra, dB."""
    window = np.hanning(len(before))
    bands = [np.abs(np.fft.rfft(side * window)) ** 2 for side in (before, after)]
    smooth = [np.convolve(band, np.ones(5) / 5, "valid") + 1e-7 for band in bands]
    return float(np.sqrt(((10 * np.log10(smooth[1] / smooth[0])) ** 2).mean()))


def click(before: Row, after: Row) -> float:
    """The step of the waveform between the two sides, beside what it does around."""
    around = np.abs(np.diff(np.concatenate([before, after]))).mean() + 1e-9
    return float(abs(after[0] - before[-1]) / around)


def jumps(sound: Row, places: list[int], size: int, jump: Jump) -> Row:
    sides = [(sound[place - size : place], sound[place : place + size]) for place in places]
    return np.array([jump(before, after) for before, after in sides])


@pytest.mark.slow
@pytest.mark.parametrize("model", ["bellows"])
def test_joins_of_a_long_take_do_not_stand_out(model: str) -> None:
    spec = Catalog(ROOT, date(2026, 1, 1)).model(model)
    network = spec.network
    assert isinstance(network, DanceDiffusion)
    path = ROOT / f"models/checkpoints/{model}/step-{spec.last_step:06}.safetensors"
    weights = read_checkpoint(path, network.tensor_shapes())
    half, size = network.window // 2, round(0.04 * network.rate)
    takes = [TakeRequest(9 * half, stream_key("seam", n), spec.sampling) for n in range(4)]
    found: dict[str, list[Row]] = {}
    for clip in network.draw(weights, takes):
        sound = clip.data[0].astype(np.float64)
        joins = [half * n for n in range(2, 9)]
        # Elsewhere: nowhere near a join, but as dense as that allows.
        others = [
            place
            for place in range(size, len(sound) - size, size // 4)
            if min(abs(place - join) for join in joins) > 2 * size
        ]
        for jump in (level_step, spectral_jump, click):
            own = found.setdefault(jump.__name__, [np.zeros(0), np.zeros(0)])
            own[0] = np.append(own[0], jumps(sound, joins, size, jump))
            own[1] = np.append(own[1], jumps(sound, others, size, jump))
    for name, (at_joins, elsewhere) in found.items():
        told = f"{name}: {np.sort(at_joins)[-3:]} beside {np.sort(elsewhere)[-3:]}"
        assert at_joins.max() <= elsewhere.max(), told
        assert np.median(at_joins) <= np.percentile(elsewhere, 90), told
