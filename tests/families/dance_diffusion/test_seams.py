"""Takes longer than a window, of the networks that come along: nothing is heard where they join.

At a join the level, the spectrum and the waveform change no more than they do elsewhere in the
same takes, and most joins can be foretold as well as what is elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from approx_build.engines.diffusion.overlapping_windows import inside
from approx_build.families.dance_diffusion import DanceDiffusion
from approx_build.families.take_request import TakeRequest
from approx_build.numerics.stream import stream_key
from approx_build.plan.catalog import Catalog
from approx_build.training.checkpoint import read_checkpoint

ROOT = Path(__file__).parents[3]
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


def bend(before: Row, after: Row) -> float:
    """What cannot be foretold of four samples from those before, beside the level there.

    By least squares, since joins are made by another way of foretelling.
    """
    order = 16
    past = np.lib.stride_tricks.sliding_window_view(before[:-1], order)
    weights = np.linalg.lstsq(past, before[order:], rcond=1e-3)[0]
    sound = np.concatenate([before[-order:], after[:4]])
    missed = [sound[order + at] - sound[at : at + order] @ weights for at in range(4)]
    return float(np.sqrt(np.mean(np.square(missed)) / ((before**2).mean() + 1e-9)))


def jumps(sound: Row, places: list[int], size: int, jump: Jump) -> Row:
    sides = [(sound[place - size : place], sound[place : place + size]) for place in places]
    return np.array([jump(before, after) for before, after in sides])


def takes_of(model: str, count: int, windows: int) -> tuple[DanceDiffusion, list[Row]]:
    """Channels of takes that are made of so many windows each."""
    spec = Catalog(ROOT, date(2026, 1, 1)).model(model)
    network = spec.network
    assert isinstance(network, DanceDiffusion)
    path = ROOT / f"models/checkpoints/{model}/step-{spec.last_step:06}.safetensors"
    weights = read_checkpoint(path, network.tensor_shapes())
    length = inside(network.window) + (windows - 1) * network.window // 2
    takes = [TakeRequest(length, stream_key("seam", n), spec.sampling) for n in range(count)]
    clips = network.draw(weights, takes)
    return network, [row.astype(np.float64) for clip in clips for row in clip.data]


@pytest.mark.slow
@pytest.mark.parametrize(("model", "count", "windows"), [("bellows", 3, 6), ("mallets", 1, 4)])
def test_joins_of_a_long_take_do_not_stand_out(model: str, count: int, windows: int) -> None:
    network, rows = takes_of(model, count, windows)
    size, half = round(0.04 * network.rate), network.window // 2
    for jump in (level_step, spectral_jump, click, bend):
        at_joins, elsewhere = np.zeros(0), np.zeros(0)
        for row in rows:
            joins = [inside(network.window) + half * n for n in range(windows - 1)]
            # Elsewhere: nowhere near a join, but as dense as that allows.
            others = [
                place
                for place in range(size, len(row) - size, size // 4)
                if min(abs(place - join) for join in joins) > 2 * size
            ]
            at_joins = np.append(at_joins, jumps(row, joins, size, jump))
            elsewhere = np.append(elsewhere, jumps(row, others, size, jump))
        told = f"{jump.__name__}: {np.sort(at_joins)[-3:]} beside {np.sort(elsewhere)[-3:]}"
        if jump is not bend:  # a few bend more than anything else does, not most
            assert at_joins.max() <= elsewhere.max(), told
        assert np.median(at_joins) <= np.percentile(elsewhere, 90), told


@pytest.mark.slow
def test_a_take_begins_and_ends_without_a_click() -> None:
    """As a window's own ends do not: there mallets has steps a hundred times what is usual."""
    _, rows = takes_of("mallets", 4, 1)
    slopes = np.abs(np.diff(rows, axis=1))
    usual = slopes.mean()
    for ends in (slopes[:, :8], slopes[:, -8:]):
        assert ends.mean() < 3 * usual
