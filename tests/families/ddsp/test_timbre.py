"""Cepstral coefficients: what the encoder of timbre hears."""

from __future__ import annotations

import numpy as np

from approx_build.families.ddsp.parameters import MFCC, DDSPParameters
from approx_build.families.ddsp.timbre import coefficients, frames_a_step, upsampled

NET = DDSPParameters(form="ae")


def test_there_are_enough_steps_for_all_frames() -> None:
    assert frames_a_step(NET) == 8
    for frames in (1, 8, 9, 250):
        found = coefficients(NET, np.zeros(4000, np.float32), frames)
        assert found.shape[1] == MFCC
        assert upsampled(NET, found, frames).shape == (frames, MFCC)


def test_louder_sound_moves_the_first_coefficient_alone() -> None:
    sound = np.random.default_rng(1).uniform(-0.3, 0.3, 32_000).astype(np.float32)
    soft, loud = (coefficients(NET, gain * sound, 200)[5] for gain in (1, 2))
    apart = loud - soft
    assert abs(apart[0] - np.log(2) * np.sqrt(128)) < 1e-2
    assert np.abs(apart[1:]).max() < 1e-2


def test_brighter_sound_has_a_lower_second_coefficient() -> None:
    times = np.arange(32_000) / 16_000
    dark, bright = (
        coefficients(NET, (0.3 * np.sin(2 * np.pi * hz * times)).astype(np.float32), 200)[5][1]
        for hz in (150.0, 5000.0)
    )
    assert bright < dark


def test_between_steps_timbres_move_in_straight_lines() -> None:
    steps = np.array([[0.0], [8.0], [0.0]], np.float32)
    assert upsampled(NET, steps, 16)[:, 0].tolist() == [*range(9), *range(7, 0, -1)]
