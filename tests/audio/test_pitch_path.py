"""The likeliest path through dips, on dips made by hand."""

from __future__ import annotations

import numpy as np

from approx_build.audio.pitch_path import Dips, Grid, likeliest

GRID = Grid(100.0, 800.0, 0.004)


def dips(*frames: list[tuple[float, float]]) -> Dips:
    """Dips as (pitch, probability) for each frame."""
    rows = [(at, hz, chance) for at, frame in enumerate(frames) for hz, chance in frame]
    at, hz, chance = (np.array(column, np.float64) for column in zip(*rows, strict=True))
    return Dips(at.astype(np.int64), hz, chance)


def path(found: Dips, frames: int) -> np.ndarray:
    """The pitch of each frame, 0 for none."""
    taken = likeliest(found, GRID, frames)
    return np.where(taken >= 0, found.hz[taken], 0.0)


def test_the_path_stays_where_a_frame_alone_would_jump_an_octave() -> None:
    steady = [(200.0, 0.9), (400.0, 0.05)]
    odd = [(200.0, 0.3), (400.0, 0.6)]
    assert (path(dips(*[steady] * 5, odd, *[steady] * 5), 11) == 200.0).all()


def test_frames_without_dips_have_no_pitch() -> None:
    sounding = [(300.0, 0.95)]
    hz = path(dips(*[sounding] * 6, *[[]] * 20, *[sounding] * 6), 32)
    assert (hz[:6] == 300).all()
    assert (hz[8:24] == 0).all()
    assert (hz[-6:] == 300).all()


def test_the_pitch_is_that_of_the_dip_and_not_of_its_bin() -> None:
    assert (path(dips(*[[(217.123, 0.9)]] * 3), 3) == 217.123).all()


def test_moves_are_probabilities_and_nearer_ones_likelier() -> None:
    chances = np.exp(GRID.moves())
    np.testing.assert_allclose(chances.sum(), 1)
    assert (np.diff(chances[: GRID.widest_step + 1]) > 0).all()
    assert GRID.bins == 3 * 60 + 2
