"""Sampling: runs a sampler through a schedule, and shows the sound after each step."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from approx_build.engines.diffusion.level import Level
from approx_build.engines.diffusion.parameterisation import Sound
from approx_build.engines.diffusion.samplers.base import Sampler
from approx_build.engines.diffusion.schedules import Schedule
from approx_build.engines.progress import Progress
from approx_build.errors import ModelError

Watch = Callable[[int, Level, Sound], None]
"""Called with the number of finished steps, the level, and the read-only sound [B, C, T] there."""


def sample(
    sampler: Sampler,
    x: Sound,
    schedule: Schedule,
    progress: Progress | None = None,
    watch: Watch | None = None,
) -> Sound:
    """Bring `x` [B, C, T] from the first level of a schedule to its last.

    Items of the result do not depend on each other. `watch` receives `x` before the first step and
    after each step. ModelError when the sampler cannot run in this direction or begin at this
    level, and when an item is no longer finite, with the step and the item.
    """
    _check_way(sampler, schedule)
    count = len(schedule) - 1
    _show(watch, 0, schedule[0], x)
    for number, (now, after) in enumerate(pairwise(schedule), start=1):
        with np.errstate(over="ignore", invalid="ignore"):  # checked below
            x = sampler.step(x, now, after)
        _check_finite(x, number, count, now.time)
        _show(watch, number, after, x)
        if progress is not None:
            progress(number, count)
    return x


def _show(watch: Watch | None, number: int, level: Level, x: Sound) -> None:
    """Pass the current state to `watch`, which cannot change it."""
    if watch is not None:
        shown = x.view()
        shown.flags.writeable = False
        watch(number, level, shown)


def _check_way(sampler: Sampler, schedule: Schedule) -> None:
    if not sampler.begins_at_noise and not schedule[0].alpha:
        raise ModelError(
            f"sampler {sampler.name} cannot begin with pure noise; "
            "use a log, karras or polyexponential schedule"
        )
    if schedule[0].time < schedule[-1].time and (sampler.eta or not sampler.is_reversible):
        raise ModelError(
            f"sampler {sampler.name} with eta {sampler.eta:g} cannot go from sound to noise; "
            "ddim and iplms can, with eta 0"
        )


def _check_finite(x: Sound, number: int, count: int, time: float) -> None:
    wrong = [index for index, item in enumerate(x) if not np.isfinite(item).all()]
    if wrong:
        raise ModelError(
            f"sampling: step {number} of {count}, at noise level {time:.4f}: item {wrong[0] + 1} "
            f"of {len(x)} is no longer finite; the network's weights, or the range of the "
            "schedule, are unsuitable"
        )
