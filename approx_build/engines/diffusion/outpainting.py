"""Outpainting: sound of any length from a network that generates windows.

Each window begins with the end of the existing sound, almost half a window of it, and the network
generates a continuation, of which half a window is kept. The existing sound stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from approx_build.engines.diffusion.inpainting import Resampling, inpaint
from approx_build.engines.diffusion.overlapping_windows import margin
from approx_build.engines.diffusion.parameterisation import Sound
from approx_build.engines.diffusion.solver import Solver
from approx_build.engines.progress import Progress, part_of
from approx_build.numerics.stream import Stream


def extend(
    solver: Solver,
    known: Sound,
    length: int,
    window: int,
    streams: Sequence[Stream],
    resampling: Resampling,
    progress: Progress | None = None,
) -> Sound:
    """`length` samples [B, C, length] that continue `known` [B, C, K]; K may be 0.

    Every window except the first contributes from the end of the sound before it to its own margin.
    A longer result of the same item begins with the shorter one.
    """
    begun, sound = known.shape[-1], known
    total, done = _steps(solver, begun, length, window, resampling), 0
    for number in range(windows(begun, length, window)):
        own = [of_window(stream, number) for stream in streams]
        report = part_of(progress, done, total)
        context = overlap(sound.shape[-1], window)
        done += _of_window(solver, context, resampling)
        made = _window(solver, sound, context, window, own, resampling, report)
        # The first window of pure noise loses both margins, later ones only the right one.
        new = made[..., context or margin(window) : window - margin(window)]
        sound = np.concatenate([sound, new], axis=-1)
    return sound[..., begun : begun + length]


def of_window(stream: Stream, number: int) -> Stream:
    """The stream of window `number`, counted from 0, of a sound."""
    return stream.child("window", number)


def overlap(begun: int, window: int) -> int:
    """The part of `begun` samples with which the next window begins."""
    return min(begun, window // 2 - margin(window))


def windows(begun: int, length: int, window: int) -> int:
    """The number of windows for `length` samples after `begun` known ones."""
    count, made = 0, 0
    # One by one, because the first windows have less context than the others.
    while made < length:
        context = overlap(begun + made, window)
        made += window - (context or margin(window)) - margin(window)
        count += 1
    return count


def _window(
    solver: Solver,
    sound: Sound,
    context: int,
    window: int,
    streams: Sequence[Stream],
    resampling: Resampling,
    progress: Progress | None,
) -> Sound:
    """A window [B, C, T] that begins with the last `context` samples of `sound`."""
    batch, channels, length = sound.shape
    if not context:
        return solver.generate(streams, channels, window, progress)
    missing = np.zeros((batch, channels, window - context), np.float32)
    known = np.concatenate([sound[..., length - context :], missing], axis=-1)
    is_known = np.arange(window) < context
    return inpaint(solver, known, is_known, streams, resampling, progress)


def _of_window(solver: Solver, context: int, resampling: Resampling) -> int:
    """Steps of one window."""
    return resampling.steps(solver.schedule) if context else solver.steps


def _steps(solver: Solver, begun: int, length: int, window: int, resampling: Resampling) -> int:
    """Steps of all windows."""
    count = windows(begun, length, window)
    first = _of_window(solver, begun, resampling) if count else 0
    return first + max(0, count - 1) * resampling.steps(solver.schedule)
