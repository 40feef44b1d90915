"""Stages: a take between noise and sound, as reports show it."""

from __future__ import annotations

from dataclasses import dataclass

from approx_build.audio.clip import Clip


@dataclass(frozen=True, eq=False)
class Stage:
    """A take after `step` sampling steps.

    `noise_level` is the time of its noise level, from 1 (pure noise) to 0 (clean), and
    `noise_share` the strength of its noise, from 1 (only noise) to 0.
    """

    step: int
    noise_level: float
    noise_share: float
    clip: Clip
